"""Freshdesk: tickets, replies and notes of a support desk."""
