"""A conversation as a viewer sees it, in formats that other programs read. Pure; the route asks the store."""
