"""Jira and Jira Service Management: issues, requests, comments and internal notes of a site."""
