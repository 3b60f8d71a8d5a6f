"""HubSpot: webhooks of CRM objects and conversations, and the search and conversations APIs as a second path."""
