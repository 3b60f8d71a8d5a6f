"""Zoom: meetings, recordings, transcripts, team chat, phone, contact center."""
