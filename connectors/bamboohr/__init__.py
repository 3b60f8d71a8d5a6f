"""BambooHR: who works here, as what, where, since when."""
