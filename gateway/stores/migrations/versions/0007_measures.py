"""What people hold calls by beside the policy, freezes and increases; and what others are told of, until they were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "freezes",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("match", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("who", sa.String(320), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
    )
    op.create_table(
        "increases",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("budget", sa.String(64), nullable=False),
        sa.Column("scope", sa.Text),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("who", sa.String(320), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("once", sa.String(64), unique=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("alerts_at", "alerts", ["at"])
    op.create_table(
        "deliveries",
        sa.Column("alert", sa.String(64), primary_key=True),
        sa.Column("webhook", sa.String(64), primary_key=True),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("ending", sa.String(16)),
        sa.Column("ended_at", sa.BigInteger),
    )
    op.create_index(
        "deliveries_due",
        "deliveries",
        ["due_at"],
        sqlite_where=sa.text("ending IS NULL"),
        postgresql_where=sa.text("ending IS NULL"),
    )
