"""Pipedrive: deals, leads, people, organisations, notes and activities of a company's CRM."""
