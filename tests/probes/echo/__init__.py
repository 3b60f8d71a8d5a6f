"""A webhook that signs the URL, and asks for an echo by GET."""
