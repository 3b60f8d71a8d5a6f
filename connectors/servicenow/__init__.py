"""ServiceNow: incidents, cases and requests of an instance, with their comments and work notes."""
