"""How long the notebook of a sheet ran."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; of sheets from before it is not known."""
    op.add_column("sheet", sa.Column("seconds", sa.Float, nullable=True))
