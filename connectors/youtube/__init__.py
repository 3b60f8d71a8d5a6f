"""YouTube: comments on a channel's videos by polling, and its videos by WebSub."""
