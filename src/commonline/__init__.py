"""Commonline: every department on the same line."""
