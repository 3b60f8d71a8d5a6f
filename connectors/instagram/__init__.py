"""Instagram: comments, mentions and direct messages of professional accounts."""
