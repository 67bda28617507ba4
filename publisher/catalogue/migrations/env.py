"""What alembic asks for: runs the steps on the connection that `upgrade` holds."""

from alembic import context

from publisher.catalogue.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=False,  # the caller's transaction holds everything
)
context.run_migrations()
