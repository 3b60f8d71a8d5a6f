"""The local platform: Kafka, a registry and a mail server from packages, processes and their supervision."""
