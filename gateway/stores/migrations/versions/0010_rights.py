"""Contents of calls under the keys of people, and the rights of these; where each call went, and what was found in it."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_BODY: Final = "CASE WHEN json_valid(e.body) THEN e.body ELSE '{}' END"
_OF_CALL: Final = "e.writer = calls.writer AND e.seq = calls.outcome_seq AND e.kind = 'outcome'"


def upgrade() -> None:
    op.add_column("subjects", sa.Column("wrapped_key", sa.LargeBinary))
    op.add_column("calls", sa.Column("regions", sa.Text))
    op.add_column("calls", sa.Column("entities", sa.Text))
    if op.get_bind().dialect.name == "sqlite":  # the only kind that had calls by then
        _read_older_calls()
    for name in ("user", "end_user", "entities", "decision"):
        _index_those_with(name)
    _make_contents()
    _make_rights()


def _read_older_calls() -> None:
    """As gateway.audit.projection reads them from the bytes."""
    attempts = f"json_each({_BODY}, '$.entry.served.attempts') AS a"
    checks = f"json_each({_BODY}, '$.entry.checks') AS k, json_each(k.value, '$.found') AS f"
    regions = "SELECT DISTINCT coalesce(json_extract(a.value, '$.region'), 'none') AS name"
    found = "SELECT DISTINCT f.key AS name"
    listed = "SELECT ',' || group_concat(name, ',') || ','"
    op.execute(
        f"UPDATE calls SET regions = ({listed} FROM "  # noqa: S608 (texts of this file alone)
        f"({regions} FROM entries AS e, {attempts} WHERE {_OF_CALL} ORDER BY name))"
    )
    op.execute(
        f"UPDATE calls SET entities = ({listed} FROM "  # noqa: S608 (texts of this file alone)
        f"({found} FROM entries AS e, {checks} WHERE {_OF_CALL} AND f.value > 0 ORDER BY name))"
    )


def _index_those_with(name: str) -> None:
    there = sa.text(f'"{name}" IS NOT NULL')
    columns = [name, "at"] if "user" in name else ["at"]
    op.create_index(f"calls_{name}", "calls", columns, sqlite_where=there, postgresql_where=there)


def _make_contents() -> None:
    op.create_table(
        "contents",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("ref", sa.String(64), nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("team", sa.String(256)),
        sa.Column("user", sa.String(64)),
        sa.Column("end_user", sa.String(64)),
        sa.Column("key", sa.String(64)),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    for name in ("at", "user", "end_user"):
        op.create_index(f"contents_{name}", "contents", [name])


def _make_rights() -> None:
    op.create_table(
        "erasures",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("subject", sa.String(64), nullable=False, unique=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "holds",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("subject", sa.String(64)),
        sa.Column("team", sa.String(256)),
        sa.Column("use_case", sa.String(256)),
        sa.Column("key", sa.String(64)),
        sa.Column("since", sa.String(32)),
        sa.Column("until", sa.String(32)),
        sa.Column("released_at", sa.BigInteger),
    )
    op.create_table(
        "requests",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("document", sa.Text),
    )
    op.create_index("requests_due", "requests", ["due_at"])
    op.create_table(
        "prunings",
        sa.Column("writer", sa.String(64), primary_key=True),
        sa.Column("first", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("prev", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("boot", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("act", sa.String(64), nullable=False),
    )
