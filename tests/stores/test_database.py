"""Opening a database."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.stores.database import Database, open_database, reading, writing
from gateway.stores.interfaces import StoreUnavailable
from tests.stores.parts import NOW_MS, counted


def opened(path: Path, **options: object) -> Database:
    return open_database(f"sqlite:///{path}", now_ms=lambda: NOW_MS, new_id=counted("id"), **options)  # type: ignore[arg-type]


def test_the_installation_is_made_once(tmp_path: Path):
    first = opened(tmp_path / "a.db")
    first.close()
    again = open_database(f"sqlite:///{tmp_path / 'a.db'}", now_ms=lambda: NOW_MS, new_id=lambda: "another")
    assert (first.installation, again.installation) == ("id1", "id1")
    again.close()


def test_what_fails_inside_a_transaction_is_taken_back(database: Database):
    with pytest.raises(StoreUnavailable), writing(database.engine) as connection:
        connection.exec_driver_sql("INSERT INTO counters VALUES ('a', 1)")
        connection.exec_driver_sql("INSERT INTO counters VALUES ('a', 1)")
    with reading(database.engine) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM counters").scalar_one() == 0


def test_an_error_of_the_database_names_no_value(database: Database):
    with pytest.raises(StoreUnavailable) as told, writing(database.engine) as connection:
        connection.exec_driver_sql("INSERT INTO counters VALUES ('secret name', 1), ('secret name', 2)")
    assert "secret name" not in str(told.value)


def test_a_reader_sees_one_moment(database: Database):
    with reading(database.engine) as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM counters").scalar_one()
        with writing(database.engine) as other:
            other.exec_driver_sql("INSERT INTO counters VALUES ('a', 1)")
        assert connection.exec_driver_sql("SELECT count(*) FROM counters").scalar_one() == before


@pytest.mark.parametrize("url", ["mysql://localhost/x", "postgresql+asyncpg://localhost/x", "gateway.db", ""])
def test_another_kind_of_database_is_refused(url: str):
    with pytest.raises(StoreUnavailable, match="expected sqlite:///PATH or postgresql://"):
        open_database(url, now_ms=lambda: NOW_MS, new_id=counted("id"))


def test_who_writes_alone_waits_for_who_does(url: str):
    first, second = (
        open_database(url, now_ms=lambda: NOW_MS, new_id=counted("id"), busy_timeout_ms=50) for _ in "12"
    )
    with writing(first.engine) as connection:
        connection.exec_driver_sql("INSERT INTO counters VALUES ('a', 1)")
        with pytest.raises(StoreUnavailable), writing(second.engine):
            pass
    with writing(second.engine) as connection:
        assert connection.exec_driver_sql("SELECT value FROM counters").scalar_one() == 1
    first.close()
    second.close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path):
    (tmp_path / "a.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreUnavailable):
        opened(tmp_path / "a.db")


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path):
    with pytest.raises(StoreUnavailable):
        opened(tmp_path / "none" / "a.db")


def test_reading_only_needs_a_database_that_is_up_to_date(tmp_path: Path):
    with pytest.raises(StoreUnavailable, match="another version"):
        opened(tmp_path / "a.db", read_only=True)


def test_reading_only_finds_the_installation(tmp_path: Path):
    opened(tmp_path / "a.db").close()
    again = opened(tmp_path / "a.db", read_only=True)
    assert again.installation == "id1"
    again.close()
