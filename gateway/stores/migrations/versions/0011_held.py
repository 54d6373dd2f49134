"""What the intent of a call says is held for it: what it is charged until there is an end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("calls", sa.Column("held_nano_usd", sa.BigInteger))
