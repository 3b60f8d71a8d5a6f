"""Reddit: posts and comments of communities, and an account's inbox, by polling."""
