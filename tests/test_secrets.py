"""The installation's secret."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from gateway.secrets import derive, load_or_create, parse


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
    with pytest.raises(ValueError, match="at least 32"):
        parse("0123456789")


def test_a_secret_is_hexadecimal_or_long_text() -> None:
    assert parse("ab" * 32) == bytes.fromhex("ab" * 32)
    assert parse("a passphrase of more than 32 characters") == b"a passphrase of more than 32 characters"
