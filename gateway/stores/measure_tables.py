"""The tables of measures that people take beside the policy, and of what others are told: beside those of `tables`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, text

from gateway.stores.tables import METADATA

freezes = Table(
    "freezes",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("match", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("who", String(320), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
)

increases = Table(
    "increases",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("budget", String(64), nullable=False),
    Column("scope", Text),
    Column("amount", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("who", String(320), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
)

alerts = Table(
    "alerts",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("once", String(64), unique=True),
    Column("at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)
Index("alerts_at", alerts.c.at)

deliveries = Table(
    "deliveries",
    METADATA,
    Column("alert", String(64), primary_key=True),
    Column("webhook", String(64), primary_key=True),
    Column("due_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("ending", String(16)),
    Column("ended_at", BigInteger),
)
Index(
    "deliveries_due",
    deliveries.c.due_at,
    sqlite_where=text("ending IS NULL"),
    postgresql_where=text("ending IS NULL"),
)
