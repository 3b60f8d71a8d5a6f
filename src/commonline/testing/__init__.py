"""The test kit, shipped: a real broker for tests, conformance checks."""
