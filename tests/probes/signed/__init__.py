"""A webhook that signs time and body, and asks for an echo first."""
