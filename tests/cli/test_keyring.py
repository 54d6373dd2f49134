"""`gateway keyring`: list and rotate."""

from __future__ import annotations

import json

import pytest

from gateway.signing import public_of
from tests.cli.conftest import Run


def listed(gateway: Run) -> list[dict[str, object]]:
    return [json.loads(line) for line in gateway("keyring", "list", "--json").out.splitlines()]


def test_keys_are_listed_with_what_became_of_them(gateway: Run):
    rotated = gateway("keyring", "rotate", "content")
    assert (rotated.status, rotated.err) == (0, "")
    old, cookie, new = listed(gateway)
    assert rotated.out == f"{new['id']} is used from now on; 0 keys of people are under it\n"
    assert (old["purpose"], old["retired_at"] is None, cookie["purpose"]) == ("content", False, "cookie")
    lines = gateway("keyring", "list").out.splitlines()
    assert "  retired 20" in lines[0]
    assert lines[2].endswith("in use")


def test_the_public_half_of_a_key_that_signs_is_printed_as_it_is_asked_for(gateway: Run):
    told = json.loads(gateway("keyring", "rotate", "signing", "--json").out)
    assert told["id"].startswith("signing-")
    printed = gateway("keyring", "list", "--public").out
    assert len(public_of(printed)) == 32
    assert public_of(str(listed(gateway)[-1]["public"])) == public_of(printed)


def test_a_rotation_is_in_the_log(gateway: Run):
    gateway("keyring", "rotate", "cookie")
    [act] = [json.loads(line) for line in gateway("audit", "query", "--acts", "--json").out.splitlines()]
    assert (act["act"], act["ending"], act["about"]["purpose"]) == ("keyring.rotate", "done", "cookie")
    assert act["about"]["ring_key"].startswith("cookie-")


@pytest.mark.parametrize("purpose", ["master", ""])
def test_what_is_no_purpose_is_wrong_use(gateway: Run, purpose: str):
    done = gateway("keyring", "rotate", purpose)
    assert done.status == 2
    assert "PURPOSE" in done.err
