"""What administrators did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "acts",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("writer", sa.String(64), nullable=False),
        sa.Column("act_seq", sa.BigInteger, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("auth", sa.String(16), nullable=False),
        sa.Column("key", sa.String(256)),
        sa.Column("user", sa.String(64)),
        sa.Column("sudo_user", sa.String(64)),
        sa.Column("act", sa.String(64), nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("team", sa.String(256)),
        sa.Column("policy", sa.String(128), nullable=False),
        sa.Column("acted_seq", sa.BigInteger),
        sa.Column("ended_at", sa.String(32)),
        sa.Column("ending", sa.String(32)),
        sa.Column("reason", sa.String(64)),
        sa.Column("result", sa.Text),
    )
    op.create_index("acts_at", "acts", ["at"])
