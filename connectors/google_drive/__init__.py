"""Google Drive: files and folders that change, comments and their answers."""
