"""CloudEvents: events of any system that speaks the CNCF's envelope."""
