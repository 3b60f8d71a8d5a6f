"""Deterministic simulation of the transactional stage: the product's own code on a simulated cluster, with faults."""
