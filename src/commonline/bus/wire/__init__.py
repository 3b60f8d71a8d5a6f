"""Our own way to produce: batches of records are put together in C, and a client in Python sends them.

It is used where the C module is there; elsewhere librdkafka produces, as everywhere else.
"""
