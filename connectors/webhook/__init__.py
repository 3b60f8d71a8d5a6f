"""Any product that can post: JSON, forms, XML or text, mapped by expressions in the source's configuration."""
