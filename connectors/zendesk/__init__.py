"""Zendesk Support: event webhooks for tickets, comments, users, organizations; the incremental export."""
