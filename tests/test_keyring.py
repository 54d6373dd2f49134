"""Envelopes of the keyring: they open for whom they were made, under keys that came and went."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.keyring import Keyring, LocalMaster, WrappedKey, WrappedUnreadable, key_of, new_material

RANDOM: Callable[[int], bytes] = secrets.token_bytes
SECRET = b"s" * 32


class Keys:
    """gateway.keyring.KeyStore, in memory."""

    def __init__(self, *purposes: str) -> None:
        self.rows: list[WrappedKey] = []
        self.reads = 0
        for purpose in purposes or ("content", "cookie"):
            self.rotate(purpose)

    def rotate(self, purpose: str) -> str:
        key_id = f"{purpose}-{len(self.rows)}"
        material = new_material(LocalMaster(SECRET, RANDOM), purpose, key_id, RANDOM)
        self.rows = [row._replace(retired_at=1) if row.purpose == purpose else row for row in self.rows]
        self.rows.append(WrappedKey(key_id, purpose, 0, None, material))
        return key_id

    def wrapping(self) -> list[WrappedKey]:
        self.reads += 1
        return self.rows


def keyring(keys: Keys, secret: bytes = SECRET) -> Keyring:
    return Keyring(keys, LocalMaster(secret, RANDOM), RANDOM)


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_what_is_wrapped_opens_again_for_whom_it_was_made(data: bytes, whose: bytes):
    held = keyring(Keys())
    wrapped = held.wrap("content", data, whose)
    assert held.unwrap(wrapped, whose) == data
    assert data not in wrapped or len(data) < 4
    with pytest.raises(WrappedUnreadable):
        held.unwrap(wrapped, whose + b"x")


@given(st.data())
def test_an_envelope_with_a_byte_changed_does_not_open(data: st.DataObject):
    held = keyring(Keys())
    wrapped = bytearray(held.wrap("content", b"a key of somebody's"))
    place = data.draw(st.integers(0, len(wrapped) - 1))
    wrapped[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(WrappedUnreadable):
        held.unwrap(bytes(wrapped))


@given(st.binary(max_size=40))
def test_bytes_that_are_no_envelope_are_said_to_be_none(junk: bytes):
    with pytest.raises(WrappedUnreadable):
        keyring(Keys()).unwrap(junk)


def test_the_same_text_is_wrapped_otherwise_each_time():
    held = keyring(Keys())
    assert held.wrap("content", b"text") != held.wrap("content", b"text")


def test_after_a_rotation_the_new_key_wraps_and_the_old_one_still_opens():
    keys = Keys()
    held = keyring(keys)
    old = held.wrap("content", b"old")
    newest = keys.rotate("content")
    held.refresh()
    new = held.wrap("content", b"new")
    assert key_of(new) == held.current("content") == newest != key_of(old)
    assert (held.unwrap(old), held.unwrap(new)) == (b"old", b"new")


def test_a_process_that_has_not_heard_of_a_rotation_opens_what_is_under_the_new_key():
    keys = Keys()
    here, elsewhere = keyring(keys), keyring(keys)
    keys.rotate("content")
    elsewhere.refresh()
    assert here.unwrap(elsewhere.wrap("content", b"new")) == b"new"


def test_an_envelope_is_wrapped_anew_only_where_its_key_is_retired():
    keys = Keys()
    held = keyring(keys)
    old = held.wrap("content", b"data", b"u-1")
    assert held.rewrap("content", old, b"u-1") is None
    newest = keys.rotate("content")
    held.refresh()
    again = held.rewrap("content", old, b"u-1")
    assert again is not None
    assert key_of(again) == newest
    assert held.unwrap(again, b"u-1") == b"data"


def test_a_key_that_is_gone_is_named_and_asked_for_once_each_time():
    keys = Keys()
    held = keyring(keys)
    wrapped = held.wrap("content", b"data")
    keys.rows = [row for row in keys.rows if row.purpose != "content"]
    fresh = keyring(keys)
    before = keys.reads
    with pytest.raises(WrappedUnreadable, match="no key content-0"):
        fresh.unwrap(wrapped)
    assert keys.reads == before + 1


def test_another_master_opens_no_key_of_the_ring():
    with pytest.raises(WrappedUnreadable):
        keyring(Keys(), b"t" * 32)


def test_a_key_stored_under_another_ones_name_does_not_open():
    keys = Keys()
    first, second = keys.rows
    keys.rows = [first._replace(id=second.id, purpose=second.purpose)]
    with pytest.raises(WrappedUnreadable):
        keyring(keys)
