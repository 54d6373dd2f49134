"""The database's tables, as the code sees them; migrations/ says how they came to be.

Times are text (RFC 3339, UTC, milliseconds) in what mirrors the audit log, and milliseconds since
1970 elsewhere. `entries.body` is the exact text that was hashed; `calls` is a projection of it for
questions, and can be rebuilt; so is `acts`.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

METADATA = MetaData()

installation = Table(
    "installation",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("created_at", BigInteger, nullable=False),
)

writers = Table(
    "writers",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("created_at", BigInteger, nullable=False),
)

shipped = Table(
    "shipped",
    METADATA,
    Column("writer", String(64), ForeignKey("writers.id"), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)

entries = Table(
    "entries",
    METADATA,
    Column("writer", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("boot", Integer, nullable=False),
    Column("at", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("call_id", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("body", Text, nullable=False),
)

calls = Table(
    "calls",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("writer", String(64), nullable=False),
    Column("intent_seq", BigInteger, nullable=False),
    Column("at", String(32), nullable=False),
    Column("user", String(64)),
    Column("team", String(256)),
    Column("key", String(64)),
    Column("end_user", String(64)),
    Column("roles", String, nullable=False),
    Column("use_case", String(256)),
    Column("api", String(64), nullable=False),
    Column("model", String(512)),
    Column("stream", Boolean, nullable=False),
    Column("policy", String(128), nullable=False),
    Column("held_nano_usd", BigInteger),
    Column("decision", String(512)),
    Column("outcome_seq", BigInteger),
    Column("ended_at", String(32)),
    Column("ending", String(32)),
    Column("provider", String(256)),
    Column("region", String(64)),
    Column("target", String(512)),
    Column("regions", Text),
    Column("entities", Text),
    Column("cache_read_tokens", BigInteger),
    Column("cache_write_tokens", BigInteger),
    Column("cache_write_1h_tokens", BigInteger),
    Column("reasoning_tokens", BigInteger),
    Column("audio_input_tokens", BigInteger),
    Column("audio_output_tokens", BigInteger),
    Column("images", BigInteger),
    Column("tier", String(64)),
    Column("batch", Boolean),
    Column("estimated", Boolean),
    Column("reserved_nano_usd", BigInteger),
    Column("price_version", String(128)),
    Column("input_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("cost_nano_usd", BigInteger),
)
Index("calls_at", calls.c.at)
Index(
    "calls_open",
    calls.c.writer,
    sqlite_where=text("outcome_seq IS NULL"),
    postgresql_where=text("outcome_seq IS NULL"),
)

corrections = Table(
    "corrections",
    METADATA,
    Column("call", String(64), primary_key=True),
    Column("recomputation", String(64), nullable=False),
    Column("cost_nano_usd", BigInteger, nullable=False),
    Column("price_version", String(128), nullable=False),
)

acts = Table(
    "acts",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("writer", String(64), nullable=False),
    Column("act_seq", BigInteger, nullable=False),
    Column("at", String(32), nullable=False),
    Column("auth", String(16), nullable=False),
    Column("key", String(256)),
    Column("user", String(64)),
    Column("sudo_user", String(64)),
    Column("act", String(64), nullable=False),
    Column("about", Text, nullable=False),
    Column("team", String(256)),
    Column("policy", String(128), nullable=False),
    Column("acted_seq", BigInteger),
    Column("ended_at", String(32)),
    Column("ending", String(32)),
    Column("reason", String(64)),
    Column("result", Text),
)
Index("acts_at", acts.c.at)

keyring = Table(
    "keyring",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(64), nullable=False, unique=True),
    Column("purpose", String(16), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("retired_at", BigInteger),
    Column("material", LargeBinary, nullable=False),
    Column("certificate", Text),
)

counters = Table(
    "counters",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

keys = Table(
    "keys",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("name", String(256), nullable=False),
    Column("hash", LargeBinary(64), nullable=False, unique=True),
    Column("hint", String(8), nullable=False),
    Column("roles", String, nullable=False),
    Column("team", String(256)),
    Column("user", String(256)),
    Column("use_case", String(256)),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("change", BigInteger, nullable=False),
    Column("networks", String, nullable=False, server_default=""),
    Column("previous_hash", LargeBinary(64)),
    Column("previous_until", BigInteger),
)
Index("keys_change", keys.c.change)

users = Table(
    "users",
    METADATA,
    Column("name", String(256), primary_key=True),
    Column("disabled_at", BigInteger),
    Column("change", BigInteger, nullable=False),
)
Index("users_change", users.c.change)

key_uses = Table(
    "key_uses",
    METADATA,
    Column("key", String(64), primary_key=True),
    Column("last_used_at", BigInteger, nullable=False),
)

revisions = Table(
    "revisions",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("document", Text, nullable=False),
    Column("files", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

enforcements = Table(
    "enforcements",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("revision", String(64), ForeignKey("revisions.name"), nullable=False),
    Column("previous", String(64)),
    Column("at", BigInteger, nullable=False),
    Column("cause", String(16), nullable=False),
    Column("author", String(320)),
    Column("folder", Text, nullable=False),
    Column("commit", String(64)),
    Column("dirty", Boolean),
)

processes = Table(
    "processes",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("writer", String(64), nullable=False),
    Column("host", String(256), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("revision", String(64), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("faults", Integer, nullable=False),
)

objects = Table(
    "objects",
    METADATA,
    Column("id", String(512), primary_key=True),
    Column("provider", String(256), primary_key=True),
    Column("tenant", String(320), nullable=False),
    Column("credential", Integer, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("call", String(64), nullable=False),
)
Index("objects_tenant", objects.c.tenant, objects.c.provider, objects.c.created_at)
