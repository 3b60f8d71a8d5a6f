"""WhatsApp Cloud API: messages, edits, reactions, calls, groups and preferences of business numbers."""
