"""Bluesky: posts, likes, reposts, follows and profiles, from Jetstream and from the AppView."""
