"""Mastodon and servers with its API: posts, mentions, boosts, favourites, follows, direct messages, moderation."""
