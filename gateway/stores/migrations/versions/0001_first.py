"""The first tables: the audit log and its projection, keys, subjects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _installation()
    _audit_log()
    _calls()
    _keys()
    _subjects()


def _installation() -> None:
    op.create_table(
        "installation",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )


def _audit_log() -> None:
    op.create_table(
        "writers",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "shipped",
        sa.Column("writer", sa.String(64), sa.ForeignKey("writers.id"), primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "entries",
        sa.Column("writer", sa.String(64), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("boot", sa.Integer, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("call_id", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("writer", sa.String(64), nullable=False),
        sa.Column("intent_seq", sa.BigInteger, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("user", sa.String(64)),
        sa.Column("team", sa.String(256)),
        sa.Column("key", sa.String(64)),
        sa.Column("end_user", sa.String(64)),
        sa.Column("roles", sa.String, nullable=False),
        sa.Column("use_case", sa.String(256)),
        sa.Column("api", sa.String(64), nullable=False),
        sa.Column("model", sa.String(512)),
        sa.Column("stream", sa.Boolean, nullable=False),
        sa.Column("policy", sa.String(128), nullable=False),
        sa.Column("decision", sa.String(512)),
        sa.Column("outcome_seq", sa.BigInteger),
        sa.Column("ended_at", sa.String(32)),
        sa.Column("ending", sa.String(32)),
        sa.Column("provider", sa.String(256)),
        sa.Column("region", sa.String(64)),
        sa.Column("target", sa.String(512)),
        sa.Column("input_tokens", sa.BigInteger),
        sa.Column("output_tokens", sa.BigInteger),
        sa.Column("cost_nano_usd", sa.BigInteger),
    )
    op.create_index("calls_at", "calls", ["at"])
    still_open = sa.text("outcome_seq IS NULL")
    op.create_index("calls_open", "calls", ["writer"], sqlite_where=still_open, postgresql_where=still_open)


def _keys() -> None:
    op.create_table(
        "keys",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(256), nullable=False),
        sa.Column("hash", sa.LargeBinary(64), nullable=False, unique=True),
        sa.Column("hint", sa.String(8), nullable=False),
        sa.Column("roles", sa.String, nullable=False),
        sa.Column("team", sa.String(256)),
        sa.Column("user", sa.String(256)),
        sa.Column("use_case", sa.String(256)),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("revoked_at", sa.BigInteger),
        sa.Column("change", sa.BigInteger, nullable=False),
    )
    op.create_index("keys_change", "keys", ["change"])


def _subjects() -> None:
    op.create_table(
        "subjects",
        sa.Column("pseudonym", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name_hash", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("sealed_name", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
