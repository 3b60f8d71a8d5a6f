"""Segment and RudderStack: what customers do in applications and on web pages."""
