"""Deliveries to activities: each connector's mapping, then ids, sides and direction; stateless."""
