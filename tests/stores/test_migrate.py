"""Migrations bring any database to what the code expects."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from msgspec import structs
from sqlalchemy import create_engine

from gateway.audit.chain import Chain, genesis
from gateway.audit.entry import Attempt, Check, Cost, Served, encode
from gateway.audit.projection import outcome_columns
from gateway.stores.calls import SqlCalls
from gateway.stores.database import Database, open_database, reading, writing
from gateway.stores.interfaces import OutcomeColumns, StoreUnavailable
from gateway.stores.key_records import KeyRecord
from gateway.stores.keys import SqlKeys
from gateway.stores.measure_tables import freezes
from gateway.stores.migrate import MIGRATIONS, pending
from gateway.stores.rights_tables import contents
from gateway.stores.tables import METADATA
from gateway.stores.vault import vault
from gateway.usage import Usage
from tests.audit.parts import outcome
from tests.parts.postgres_server import PostgresServer
from tests.stores.parts import NOW_MS, counted


def test_the_migrations_make_the_tables_that_the_code_knows(database: Database):
    with reading(database.engine) as connection:
        lengths = (
            database.engine.dialect.name == "sqlite"
        )  # PostgreSQL is told none: see postgres.drop_lengths
        context = MigrationContext.configure(connection, opts={"compare_type": lengths})
        assert compare_metadata(context, METADATA) == []
    assert {freezes.metadata, contents.metadata, vault.metadata} == {METADATA}


def test_the_partial_index_of_open_calls_is_made(sqlite: Database):
    with reading(sqlite.engine) as connection:
        made = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE name = 'calls_open'"
        ).scalar_one()
    assert "outcome_seq IS NULL" in made


def test_nothing_is_pending_after_opening(database: Database):
    with reading(database.engine) as connection:
        assert not pending(connection)


def test_a_database_of_a_newer_version_is_refused(sqlite: Database):
    with writing(sqlite.engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreUnavailable, match="newer version"):
        open_database(str(sqlite.engine.url), now_ms=lambda: NOW_MS, new_id=counted("id"))


def test_a_key_of_an_older_version_is_as_good_after_the_upgrade(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'gateway.db'}"
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.exec_driver_sql(
            "INSERT INTO keys (id, name, hash, hint, roles, team, created_at, change) "
            "VALUES ('k-1', 'app', x'0102', 'abcd', 'analyst', 'support', 5, 1)"
        )
        connection.exec_driver_sql("INSERT INTO counters VALUES ('keys', 1)")
    engine.dispose()
    opened = open_database(url, now_ms=lambda: NOW_MS, new_id=counted("id"))
    keys = SqlKeys(opened.engine)
    [record] = keys.list()
    assert record == KeyRecord("k-1", "app", b"\1\2", "abcd", ("analyst",), "support", None, None, 5)
    assert keys.rotate("k-1", new_hash=b"n", hint="n", expires_at=None, previous_until=9) is not None
    assert keys.changed_since(0).cursor == 2
    opened.close()


USED = (
    None,
    Usage(),
    Usage(12, 30, estimated=True),
    Usage(12, 30, 1, 2, 3, 4, 5, 6, 7, "flex", batch=True),
    Usage(12, 30, reasoning_tokens=2**70, cache_read_tokens=-1),
)

ATTEMPTS = tuple(
    Attempt(target="a/b", region=region, result="ok", ms=1.0) for region in ("us", None, "eu", "us")
)
CHECKS = tuple(
    Check(name="pii", version="1", read_bytes=1, total_bytes=1, found=found, mode="flag", status="done")
    for found in ({}, {"IBAN": 0}, {"PERSON": 1, "EMAIL": 2})
)


def test_the_figures_of_older_calls_are_those_of_their_bytes(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'gateway.db'}"
    costs = (Cost(), Cost(usd="0.000000001", reserved_usd="0.010000000", price_version="policy"))
    outcomes = [
        structs.replace(
            outcome(f"c{number}"),
            usage=usage,
            cost=costs[number % 2],
            served=Served(attempts=ATTEMPTS[:number]),
            checks=CHECKS[:number],
        )
        for number, usage in enumerate(USED)
    ]
    links = Chain("inst", "w1", genesis("inst", "w1"), 1).seal([encode(one) for one in outcomes])
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        for link, one in zip(links, outcomes, strict=True):
            connection.exec_driver_sql(
                "INSERT INTO entries VALUES ('w1', ?, 1, '', 'outcome', ?, '', ?)",
                (link.seq, one.id, link.body.decode()),
            )
            connection.exec_driver_sql(
                "INSERT INTO calls (id, writer, intent_seq, at, roles, api, stream, policy, outcome_seq)"
                " VALUES (?, 'w1', 0, '', '', 'chat', 0, '', ?)",
                (one.id, link.seq),
            )
    engine.dispose()
    opened = open_database(url, now_ms=lambda: NOW_MS, new_id=counted("id"))
    found = SqlCalls(opened.engine).named([one.id for one in outcomes])
    opened.close()
    new = slice(OutcomeColumns._fields.index("regions"), OutcomeColumns._fields.index("input_tokens"))
    rows: list[tuple[object, ...]] = [tuple(found[one.id].outcome)[new] for one in outcomes]
    assert rows == [outcome_columns(link.seq, one)[new] for link, one in zip(links, outcomes, strict=True)]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_processes_that_start_together_agree_on_one_installation(
    kind: str, tmp_path: Path, postgres: PostgresServer
):
    url = f"sqlite:///{tmp_path / 'a.db'}" if kind == "sqlite" else postgres.new_database()
    found: list[str] = []

    def run(name: str) -> None:
        opened = open_database(
            url,
            now_ms=lambda: NOW_MS,
            new_id=lambda: name,
            busy_timeout_ms=30_000,
        )
        found.append(opened.installation)
        opened.close()

    threads = [threading.Thread(target=run, args=(f"id{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(found), len(set(found))) == (4, 1)


def test_the_migrations_are_inside_the_package():
    assert (MIGRATIONS / "env.py").is_file()
    assert MIGRATIONS.parent.name == "stores"
