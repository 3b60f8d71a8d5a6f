"""Kafka at the rim: consumers, producers, transactional stages, state, administration."""
