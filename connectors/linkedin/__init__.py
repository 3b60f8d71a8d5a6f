"""LinkedIn: likes, comments, shares and mentions of an organisation's page."""
