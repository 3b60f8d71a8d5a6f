"""Mattermost: posts, threads, edits, reactions, members of channels."""
