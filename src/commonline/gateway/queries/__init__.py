"""What can be asked of the store: one module a resource, for API and console alike."""
