"""The gateway: what people and applications see of the line, over HTTP. A projection of the log; it decides nothing."""
