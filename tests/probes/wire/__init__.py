"""A product that streams: a line of text over TCP is an item."""
