"""An installation: the same folder gives the same secret, keys and trial."""

from __future__ import annotations

import secrets
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from gateway.credentials import digest, well_formed
from gateway.installation import (
    TRIAL_LIFETIME_MS,
    Installation,
    new_key,
    open_installation,
    rotated_key,
    trial_key,
)
from gateway.keyring import WrappedUnreadable
from gateway.secrets import SecretInvalid
from gateway.settings import Settings, SettingsInvalid
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.key_records import KeyRecord


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


def opened(folder: Path, **facts: object) -> None:
    with open_installation(settings(folder, **facts)):
        pass


def test_a_secret_that_was_lost_is_not_replaced(tmp_path: Path):
    opened(tmp_path)
    (tmp_path / "data" / "secret.key").unlink()
    with pytest.raises(SecretInvalid, match=r"secret\.key is gone"):
        opened(tmp_path)
    assert not (tmp_path / "data" / "secret.key").exists()


def test_a_secret_that_was_swapped_is_refused(tmp_path: Path):
    opened(tmp_path)
    (tmp_path / "data" / "secret.key").write_text(secrets.token_hex(32))
    with pytest.raises(SecretInvalid, match=r"secret\.key is not the secret"):
        opened(tmp_path)


def test_another_given_secret_is_refused_and_the_first_one_opens_again(tmp_path: Path):
    first, other = SecretStr(secrets.token_hex(32)), SecretStr(secrets.token_hex(32))
    opened(tmp_path, secret_key=first)
    with pytest.raises(SecretInvalid, match="GATEWAY_SECRET_KEY is not the secret"):
        opened(tmp_path, secret_key=other)
    opened(tmp_path, secret_key=first)


def test_a_bad_given_secret_is_named_before_anything_is_made(tmp_path: Path):
    with pytest.raises(SecretInvalid, match="GATEWAY_SECRET_KEY"):
        opened(tmp_path, secret_key=SecretStr("short"))
    assert not (tmp_path / "data").exists()


def test_a_data_folder_that_is_a_file_is_named(tmp_path: Path):
    (tmp_path / "data").write_text("")
    with pytest.raises(SettingsInvalid, match=r"GATEWAY_DATA: .*data.* it is a file"):
        opened(tmp_path)


def test_a_data_folder_that_can_not_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsInvalid, match=r"GATEWAY_DATA: .*file/data"):
        opened(tmp_path / "file")


def test_a_database_in_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(StoreUnavailable, match=r"GATEWAY_DATABASE_URL: .*nowhere"):
        opened(tmp_path, database_url=f"sqlite:///{tmp_path}/nowhere/gateway.db")


def test_a_database_that_is_none_is_named(tmp_path: Path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "gateway.db").write_bytes(b"no database at all " * 1000)
    with pytest.raises(StoreUnavailable, match=r"gateway\.db: .*not a database"):
        opened(tmp_path)


def test_a_rotated_key_has_a_new_secret_under_its_id(tmp_path: Path):
    with open_installation(settings(tmp_path)) as installation:
        old, record = made(installation, lifetime_ms=1000)
        rotated = rotated_key(
            installation, record.id, overlap_ms=500, lifetime_ms=None, entropy=secrets.token_bytes(32)
        )
        assert rotated is not None
        new, after = rotated
        assert digest(old, installation.hash_key) == after.previous_hash
        assert digest(new, installation.hash_key) == after.hash
        assert (after.id, after.hint, after.expires_at) == (record.id, new[-4:], None)
        assert rotated_key(installation, "key_9", overlap_ms=0, lifetime_ms=1, entropy=bytes(32)) is None


def test_an_installation_keeps_its_keyring(tmp_path: Path):
    with open_installation(settings(tmp_path)) as first:
        wrapped = first.keyring.wrap("content", b"a data key", b"u-1")
    with open_installation(settings(tmp_path)) as again:
        assert again.keyring.unwrap(wrapped, b"u-1") == b"a data key"
        assert again.keyring.current("cookie").startswith("cookie-")
    with open_installation(settings(tmp_path / "other")) as other, pytest.raises(WrappedUnreadable):
        other.keyring.unwrap(wrapped, b"u-1")
