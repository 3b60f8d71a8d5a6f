"""Greenhouse: who applies, how far they come, who is hired."""
