"""The connector kit: what every connector is written with, and what runs it."""
