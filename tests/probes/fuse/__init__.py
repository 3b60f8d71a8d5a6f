"""A webhook whose bodies say what is to go wrong."""
