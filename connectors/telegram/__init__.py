"""Telegram bots: private chats, groups, channels and business accounts."""
