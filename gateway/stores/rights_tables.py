"""The tables of people's names and keys, of what is kept of calls' contents, and of these people's rights.

Times are milliseconds since 1970, but for `at` in what goes with the audit log, which is text as it is there.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from gateway.stores.tables import METADATA, calls

# What few calls have is found without looking at all others.
Index(
    "calls_user",
    calls.c.user,
    calls.c.at,
    sqlite_where=calls.c.user.is_not(None),
    postgresql_where=calls.c.user.is_not(None),
)
Index(
    "calls_end_user",
    calls.c.end_user,
    calls.c.at,
    sqlite_where=calls.c.end_user.is_not(None),
    postgresql_where=calls.c.end_user.is_not(None),
)
Index(
    "calls_entities",
    calls.c.at,
    sqlite_where=calls.c.entities.is_not(None),
    postgresql_where=calls.c.entities.is_not(None),
)
Index(
    "calls_decision",
    calls.c.at,
    sqlite_where=calls.c.decision.is_not(None),
    postgresql_where=calls.c.decision.is_not(None),
)

subjects = Table(
    "subjects",
    METADATA,
    Column("pseudonym", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("name_hash", LargeBinary(32), nullable=False, unique=True),
    Column("sealed_name", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("wrapped_key", LargeBinary),
)

contents = Table(
    "contents",
    METADATA,
    Column("call", String(64), primary_key=True),
    Column("ref", String(64), nullable=False),
    Column("mode", String(16), nullable=False),
    Column("at", String(32), nullable=False),
    Column("team", String(256)),
    Column("user", String(64)),
    Column("end_user", String(64)),
    Column("key", String(64)),
    Column("sealed", LargeBinary, nullable=False),
)
Index("contents_at", contents.c.at)
Index("contents_user", contents.c.user)
Index("contents_end_user", contents.c.end_user)

erasures = Table(
    "erasures",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("subject", String(64), nullable=False, unique=True),
    Column("at", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
)

holds = Table(
    "holds",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("subject", String(64)),
    Column("team", String(256)),
    Column("use_case", String(256)),
    Column("key", String(64)),
    Column("since", String(32)),
    Column("until", String(32)),
    Column("released_at", BigInteger),
)

requests = Table(
    "requests",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("state", String(16), nullable=False),
    Column("note", Text),
    Column("document", Text),
)
Index("requests_due", requests.c.due_at)

prunings = Table(
    "prunings",
    METADATA,
    Column("writer", String(64), primary_key=True),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("boot", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("act", String(64), nullable=False),
)
