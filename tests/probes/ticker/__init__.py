"""A product that is polled: numbers in files below a folder, one page a file."""
