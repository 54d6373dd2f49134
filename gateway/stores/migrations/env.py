"""Run by alembic, on the connection (and in the transaction) that gateway.stores.migrate hands in."""

from __future__ import annotations

from alembic import context

from gateway.stores.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
