"""Submissions keep what their marketplace finds them again by."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0002"
down_revision: Final = "0001"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Submissions that were sent before have nothing to be reminded of."""
    op.add_column("submission", sa.Column("remote", sa.Text(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """There is no way back."""
    raise RuntimeError("catalogues are restored from a backup, not downgraded")
