"""Environment of Alembic: the connection that :class:`fashiongraph.serve.database.Database` has."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
