"""The demo day: one product fault, six channels, four departments; played in the way that real events come in."""
