"""Alembic's environment: uses the connection (and its transaction) handed over by runner.py."""

from alembic import context

from core.database import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the caller's transaction holds everything
)
context.run_migrations()
