"""Where an installation's keys come from, and how new ones take over."""

from __future__ import annotations

import secrets
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from gateway.custody import SigningKeyLost, known_publics, open_signer, rotate_signing, rotate_wrapping
from gateway.installation import Installation, open_installation
from gateway.keyring import LocalMaster, key_of
from gateway.secrets import SecretInvalid
from gateway.settings import Settings
from gateway.signing import trust
from gateway.stores.keyrings import SqlKeyring


def settings(folder: Path, **facts: object) -> Settings:
    return Settings(data=folder / "data", **facts)  # type: ignore[arg-type]


def store(installation: Installation) -> SqlKeyring:
    return SqlKeyring(installation.database.engine)


def test_the_first_signing_key_is_made_once_and_its_secret_is_its_owners(tmp_path: Path):
    here = settings(tmp_path)
    with open_installation(here) as installation:
        assert not here.signing_file.exists()
        first = open_signer(here, store(installation), 1)
        assert open_signer(here, store(installation), 2).id == first.id
    assert stat.S_IMODE(here.signing_file.stat().st_mode) == 0o600


def test_a_signing_key_that_was_given_is_used_and_none_is_written(tmp_path: Path):
    here = settings(tmp_path, signing_key=SecretStr("t" * 32))
    with open_installation(here) as installation:
        signer = open_signer(here, store(installation), 1)
        assert known_publics(here, store(installation)) == [signer.public]
    assert not here.signing_file.exists()


def test_another_secret_than_the_installation_signs_with_is_refused(tmp_path: Path):
    here = settings(tmp_path)
    with open_installation(here) as installation:
        open_signer(here, store(installation), 1)
        here.signing_file.write_text(secrets.token_hex(32))
        with pytest.raises(SigningKeyLost, match=r"signing\.key is not the secret"):
            open_signer(here, store(installation), 2)
        here.signing_file.unlink()
        with pytest.raises(SigningKeyLost, match=r"signing\.key is gone"):
            open_signer(here, store(installation), 2)
        assert not here.signing_file.exists()
        assert known_publics(here, store(installation)) == []
        here.signing_file.mkdir()
        with pytest.raises(SecretInvalid, match="can't be read"):
            open_signer(here, store(installation), 2)


def test_each_signing_key_vouches_for_the_next_and_all_are_known_here(tmp_path: Path):
    here = settings(tmp_path)
    with open_installation(here) as installation:
        name, keys = installation.database.installation, store(installation)
        first = open_signer(here, keys, 1)
        second, certificate = rotate_signing(here, keys, name, 2)
        assert certificate is not None and certificate.by_previous is not None
        third, _ = rotate_signing(here, keys, name, 3)
        assert open_signer(here, keys, 4).id == third.id
        assert known_publics(here, keys) == [first.public, second.public, third.public]
        found = trust(name, [first.public], [row.certificate for row in keys.signing()])
        assert found.knows(third.id)


def test_where_the_old_secret_is_lost_a_new_key_begins_anew(tmp_path: Path):
    here = settings(tmp_path)
    with open_installation(here) as installation:
        name, keys = installation.database.installation, store(installation)
        first = open_signer(here, keys, 1)
        here.signing_file.unlink()
        second, certificate = rotate_signing(here, keys, name, 2)
        assert certificate is not None and certificate.by_previous is None
        assert open_signer(here, keys, 3).id == second.id
        assert not trust(name, [first.public], [row.certificate for row in keys.signing()]).knows(second.id)


def test_a_wrapping_key_is_rotated_under_a_gateway_that_runs(tmp_path: Path):
    here = settings(tmp_path)
    with open_installation(here) as running, open_installation(here) as command:
        old = running.keyring.wrap("content", b"old")
        newest = rotate_wrapping(
            store(command), LocalMaster(command.secret, secrets.token_bytes), "content", command.now_ms()
        )
        assert key_of(running.keyring.wrap("content", b"still the old one")) == key_of(old)
        running.keyring.refresh()
        assert key_of(running.keyring.wrap("content", b"new")) == newest
        assert running.keyring.unwrap(old) == b"old"
