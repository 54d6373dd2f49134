"""What calls used and what was reserved for them, as columns; and what calls would cost by other prices."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_TOKENS: Final = (
    "cache_read_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "reasoning_tokens",
    "audio_input_tokens",
    "audio_output_tokens",
    "images",
)


def upgrade() -> None:
    for name in _TOKENS:
        op.add_column("calls", sa.Column(name, sa.BigInteger))
    op.add_column("calls", sa.Column("tier", sa.String(64)))
    op.add_column("calls", sa.Column("batch", sa.Boolean))
    op.add_column("calls", sa.Column("estimated", sa.Boolean))
    op.add_column("calls", sa.Column("reserved_nano_usd", sa.BigInteger))
    op.add_column("calls", sa.Column("price_version", sa.String(128)))
    op.create_table(
        "corrections",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("recomputation", sa.String(64), nullable=False),
        sa.Column("cost_nano_usd", sa.BigInteger, nullable=False),
        sa.Column("price_version", sa.String(128), nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":  # the only kind that had calls by then
        op.execute(_from_the_entries())


def _from_the_entries() -> str:
    """The calls that were there before: from the bytes of their outcomes, as gateway.audit.projection reads them.

    JSON keeps what is not said out of the bytes, and so is it null here.
    """
    whole = {name: f"$.usage.{name}" for name in (*_TOKENS, "batch", "estimated")}
    figures = [f"{name} = {_whole(path)}" for name, path in whole.items()]
    told = ", ".join(
        [
            *figures,
            f"tier = substr({_at('$.usage.tier')}, 1, 64)",
            f"reserved_nano_usd = CAST(replace({_at('$.cost.reserved_usd')}, '.', '') AS INTEGER)",
            f"price_version = {_at('$.cost.price_version')}",
        ]
    )
    return (
        f"UPDATE calls SET {told} FROM entries AS e "  # noqa: S608 (names of columns, and nothing of others)
        "WHERE e.writer = calls.writer AND e.seq = calls.outcome_seq AND e.kind = 'outcome' "
        "AND json_valid(e.body)"
    )


def _at(path: str) -> str:
    return f"json_extract(e.body, '$.entry{path.removeprefix('$')}')"


def _whole(path: str) -> str:
    """A figure beyond 64 bits is left to the bytes."""
    return f"CASE WHEN typeof({_at(path)}) = 'integer' THEN {_at(path)} END"
