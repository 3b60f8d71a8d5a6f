"""What Alembic runs to migrate: on the connection that `engine.Store` gives it, in its transaction."""

from __future__ import annotations

from alembic import context

from commonline.gateway.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
