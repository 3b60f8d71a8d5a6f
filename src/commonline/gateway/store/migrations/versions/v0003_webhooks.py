"""Subscriptions to signed webhooks, what is sent to them, and replays."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of webhooks."""
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Text(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("workspace", "department", "url", "description")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("filter", "secrets", "state")),
        sa.Column("reason", sa.Text()),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("next_offset", sa.BigInteger()),
    )
    _deliveries()
    op.create_table(
        "webhook_replays",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("webhook", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("since", "until", "made")),
        sa.Column("finished", sa.BigInteger()),
        sa.Column("count", sa.Integer()),
    )


def _deliveries() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "webhook_deliveries",
        sa.Column("position", number, primary_key=True, autoincrement=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("webhook", "round")),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "conversation", "type", "body", "state")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("made", "due")),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("first", sa.BigInteger()),
        sa.Column("finished", sa.BigInteger()),
        sa.Column("status", sa.Integer()),
        sa.Column("error", sa.Text()),
        sqlite_autoincrement=True,
    )
    op.create_index("webhook_deliveries_record", "webhook_deliveries", ["webhook", "round", "seq"], unique=True)
    op.create_index("webhook_deliveries_due", "webhook_deliveries", ["state", "due"])
    op.create_index("webhook_deliveries_order", "webhook_deliveries", ["webhook", "conversation", "state", "position"])
