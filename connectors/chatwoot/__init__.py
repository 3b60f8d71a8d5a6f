"""Chatwoot: conversations, messages and private notes of an account."""
