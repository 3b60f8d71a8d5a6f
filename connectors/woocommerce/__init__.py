"""WooCommerce: orders, their notes, and customers of a shop."""
