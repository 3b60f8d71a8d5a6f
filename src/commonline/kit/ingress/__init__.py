"""The HTTP server that vendors call: ``POST /in/<source>``; and the one that operators look at."""
