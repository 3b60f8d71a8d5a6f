"""X (Twitter): posts, replies, likes, follows and direct messages, by webhook and by filtered stream."""
