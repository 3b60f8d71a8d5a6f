"""One module or folder an outcome."""
