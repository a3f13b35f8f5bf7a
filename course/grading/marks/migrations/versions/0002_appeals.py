"""What the run of a sheet showed; the answer that was ruled on, and whose ruling it repeats; accepted ids."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add columns to the sheets and the rulings, and the table of acceptances."""
    op.add_column("sheet", sa.Column("noticed", sa.Text, nullable=False, server_default=""))
    op.add_column("ruling", sa.Column("answer", sa.Text, nullable=False, server_default=""))
    op.add_column("ruling", sa.Column("same_as", sa.String(200), nullable=False, server_default=""))
    op.create_table(
        "acceptance",
        sa.Column("assignment", sa.String(200), primary_key=True),
        sa.Column("student", sa.String(200), primary_key=True),
        sa.Column("declared", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("accepted_at", sa.DateTime, nullable=False),
    )
