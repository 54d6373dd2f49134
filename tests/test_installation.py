"""An installation: the same folder gives the same secret, keys and trial."""

from __future__ import annotations

import secrets
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from gateway.credentials import digest, well_formed
from gateway.installation import TRIAL_LIFETIME_MS, Installation, new_key, open_installation, trial_key
from gateway.settings import Settings
from gateway.stores.interfaces import KeyRecord


def settings(folder: Path, **facts: object) -> Settings:
    return Settings(data=folder / "data", **facts)  # type: ignore[arg-type]


def made(installation: Installation, *, lifetime_ms: int | None = None) -> tuple[str, KeyRecord]:
    return new_key(
        installation,
        name="app",
        roles=("caller",),
        team="home",
        user="anna",
        use_case="faq",
        lifetime_ms=lifetime_ms,
        entropy=secrets.token_bytes(32),
    )


def test_an_installation_is_made_once_and_opened_again(tmp_path: Path):
    with open_installation(settings(tmp_path)) as first:
        name, hash_key = first.database.installation, first.hash_key
        key, record = made(first)
    with open_installation(settings(tmp_path)) as again:
        assert (again.database.installation, again.hash_key) == (name, hash_key)
        assert list(again.keys.list()) == [record]
        assert digest(key, again.hash_key) == record.hash


def test_the_secret_is_readable_by_its_owner_only(tmp_path: Path):
    with open_installation(settings(tmp_path)):
        mode = stat.S_IMODE((tmp_path / "data" / "secret.key").stat().st_mode)
    assert mode == 0o600


def test_what_an_installation_makes_is_its_owners_alone(tmp_path: Path):
    with open_installation(settings(tmp_path)) as installation:
        made(installation)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}
    assert {"gateway.db", "gateway.db-wal"} <= modes.keys()
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_the_modes_of_what_was_there_are_left_alone(tmp_path: Path):
    (tmp_path / "data").mkdir(mode=0o750)
    with open_installation(settings(tmp_path)):
        pass
    (tmp_path / "data" / "gateway.db").chmod(0o640)
    with open_installation(settings(tmp_path)):
        pass
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o750
    assert stat.S_IMODE((tmp_path / "data" / "gateway.db").stat().st_mode) == 0o640


def test_a_secret_that_was_given_is_used_and_none_is_written(tmp_path: Path):
    given = SecretStr(secrets.token_hex(32))
    with open_installation(settings(tmp_path, secret_key=given)) as one:
        hash_key = one.hash_key
    assert not (tmp_path / "data" / "secret.key").exists()
    with open_installation(settings(tmp_path / "other", secret_key=given)) as other:
        assert other.hash_key == hash_key


def test_keys_for_different_purposes_differ(tmp_path: Path):
    with open_installation(settings(tmp_path)) as installation:
        assert installation.hash_key != installation.secret


def test_a_key_is_well_formed_and_nowhere_kept(tmp_path: Path):
    with open_installation(settings(tmp_path)) as installation:
        key, record = made(installation)
    assert well_formed(key)
    assert record.hint == key[-4:]
    for path in (tmp_path / "data").rglob("*"):
        if path.is_file():
            assert key.encode() not in path.read_bytes()


@pytest.mark.parametrize("lifetime_ms", [None, 5000])
def test_a_key_ends_when_it_was_told_to(tmp_path: Path, lifetime_ms: int | None):
    with open_installation(settings(tmp_path)) as installation:
        _, record = made(installation, lifetime_ms=lifetime_ms)
    expected = None if lifetime_ms is None else record.created_at + lifetime_ms
    assert record.expires_at == expected
    assert (record.team, record.user, record.use_case) == ("home", "anna", "faq")


def test_only_an_empty_installation_makes_a_trial_key(tmp_path: Path):
    with open_installation(settings(tmp_path)) as installation:
        key = trial_key(installation)
        assert key is not None
        assert well_formed(key)
        [record] = installation.keys.list()
        assert (record.name, record.roles, record.team) == ("trial", ("trial",), None)
        assert record.expires_at == record.created_at + TRIAL_LIFETIME_MS
        assert trial_key(installation) is None
