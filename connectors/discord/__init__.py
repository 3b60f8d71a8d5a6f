"""Discord: messages, edits, reactions and members of servers, and direct messages to a bot."""
