"""`commonline.toml`: workspaces, sources, departments and their rules; read, checked, secrets resolved."""
