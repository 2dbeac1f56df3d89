"""First tables: own items, saved outfits, and the number of changes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "own_item",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("item_id", sa.String(200), nullable=False, unique=True),
        sa.Column("category", sa.String(200), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("columns", sa.JSON, nullable=False),
        sa.Column("picture", sa.String(64)),
        sa.Column("features", sa.LargeBinary, nullable=False),
        sa.Column("sources", sa.String(64), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "saved_outfit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "saved_item",
        sa.Column(
            "outfit_id",
            sa.Integer,
            sa.ForeignKey("saved_outfit.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("item_id", sa.String(200), nullable=False),
    )
    counter = op.create_table(
        "revision",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
    )
    op.bulk_insert(counter, [{"id": 1, "number": 0}])
