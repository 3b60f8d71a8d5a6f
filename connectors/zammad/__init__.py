"""Zammad: tickets, their articles and internal notes."""
