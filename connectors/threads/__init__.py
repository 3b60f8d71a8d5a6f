"""Threads: replies, mentions, posts and deletions of a profile."""
