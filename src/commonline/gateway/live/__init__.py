"""Live streams of feeds and conversations: Server-Sent Events and WebSocket, resumable, for thousands of listeners.

One thread reads all feeds from Kafka and decodes each record once; a ring a feed keeps the newest; every listener is a
cursor in it. What is older comes from Kafka, up to an exact position, where the ring goes on.
"""
