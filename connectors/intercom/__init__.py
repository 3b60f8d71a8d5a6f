"""Intercom: conversations, tickets, notes, contacts and companies of a workspace."""
