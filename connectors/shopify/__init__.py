"""Shopify: customers, checkouts, orders, payments, deliveries, returns and disputes of a shop."""
