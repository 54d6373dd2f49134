"""Contents of calls under the keys of people."""

from __future__ import annotations

from hashlib import sha256
from itertools import count

import pytest

from gateway.audit.content import ContentUnreadable, Kept, Sealer, Tape, content_key

ANNA, BERT = b"a" * 32, b"b" * 32
KEPT = Kept(sent=b"hello", got=b"world", sent_bytes=5, got_bytes=5)


def sealer(*keys: bytes) -> Sealer:
    numbers = count()
    return Sealer(("u-1",), keys, lambda size: next(numbers).to_bytes(size))


def test_what_is_sealed_opens_again():
    _, sealed = sealer(ANNA).seal("c1", "sealed", KEPT)
    assert sealer(ANNA).open("c1", "sealed", sealed) == KEPT


def test_the_reference_is_the_hash_of_the_ciphertext():
    ref, sealed = sealer(ANNA).seal("c1", "sealed", KEPT)
    assert (ref, b"hello" in sealed) == (sha256(sealed).hexdigest(), False)


def test_the_same_text_is_never_sealed_alike():
    one = sealer(ANNA)
    assert one.seal("c1", "sealed", KEPT) != one.seal("c1", "sealed", KEPT)


@pytest.mark.parametrize("keys", [(BERT,), (ANNA, BERT), (BERT, ANNA)])
def test_without_the_keys_of_all_its_people_it_stays_closed(keys: tuple[bytes, ...]):
    _, sealed = sealer(ANNA).seal("c1", "sealed", KEPT)
    with pytest.raises(ContentUnreadable, match="c1"):
        sealer(*keys).open("c1", "sealed", sealed)


def test_of_two_people_neither_key_alone_opens():
    assert len({content_key(keys) for keys in ((ANNA,), (BERT,), (ANNA, BERT), (BERT, ANNA))}) == 4


@pytest.mark.parametrize(("call_id", "mode"), [("c2", "sealed"), ("c1", "redacted")])
def test_one_content_does_not_pass_for_another(call_id: str, mode: str):
    _, sealed = sealer(ANNA).seal("c1", "sealed", KEPT)
    with pytest.raises(ContentUnreadable, match="does not open"):
        sealer(ANNA).open(call_id, mode, sealed)


@pytest.mark.parametrize("place", [0, 12, -1])
def test_a_changed_byte_is_found(place: int):
    _, sealed = sealer(ANNA).seal("c1", "sealed", KEPT)
    changed = bytearray(sealed)
    changed[place] ^= 1
    with pytest.raises(ContentUnreadable, match="does not open"):
        sealer(ANNA).open("c1", "sealed", bytes(changed))


def test_a_tape_keeps_the_beginning_and_counts_the_rest():
    tape = Tape(most_bytes=5)
    for piece in (b"abc", b"def", b"ghi"):
        tape.add(piece)
    assert (tape.kept, tape.size_bytes) == (b"abcde", 9)
