"""The installation's secret."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from gateway.secrets import SecretInvalid, derive, fingerprint, load_or_create, parse


def test_a_secret_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret.key"
    made = load_or_create(path)
    assert load_or_create(path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["secret.key"]


def test_each_purpose_has_its_own_key() -> None:
    keys = {derive(b"s" * 32, purpose) for purpose in ("key-hash", "subject-hash", "subject-seal")}
    assert len(keys) == 3
    assert {len(key) for key in keys} == {32}


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(SecretInvalid, match=r"HERE: .*at least 32"):
        parse("0123456789", "HERE")


@pytest.mark.parametrize("held", [b"short", b"\xff" * 40, b""])
def test_a_file_that_holds_no_secret_is_named(tmp_path: Path, held: bytes) -> None:
    path = tmp_path / "secret.key"
    path.write_bytes(held)
    with pytest.raises(SecretInvalid, match=r"secret\.key"):
        load_or_create(path)


def test_secrets_are_told_apart_by_a_number_that_a_database_holds() -> None:
    assert fingerprint(b"s" * 32) == fingerprint(b"s" * 32) != fingerprint(b"t" * 32)
    assert 0 <= fingerprint(b"s" * 32) < 2**63


def test_a_secret_is_hexadecimal_or_long_text() -> None:
    assert parse("ab" * 32, "HERE") == bytes.fromhex("ab" * 32)
    assert (
        parse("a passphrase of more than 32 characters", "HERE") == b"a passphrase of more than 32 characters"
    )
