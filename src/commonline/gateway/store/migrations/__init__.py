"""Alembic's migrations of the gateway's database, shipped with the package."""
