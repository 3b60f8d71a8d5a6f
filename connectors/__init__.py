"""One folder a product."""
