"""What placeholders stand for in what providers keep, sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "vault",
        sa.Column("id", sa.LargeBinary(32), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("user", sa.String(64)),
        sa.Column("end_user", sa.String(64)),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("vault_expires", "vault", ["expires_at"])
    op.create_index("vault_user", "vault", ["user"])
    op.create_index("vault_end_user", "vault", ["end_user"])
