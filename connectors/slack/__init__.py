"""Slack Events API: messages, threads, edits, reactions, files, pins, channels and members of a workspace."""
