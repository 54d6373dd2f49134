"""The chain finds and locates whatever was done to a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.chain import (
    Chain,
    ChainChecker,
    Envelope,
    Fault,
    Head,
    genesis,
    lines_of,
    open_envelope,
    split_line,
    verify_lines,
)
from gateway.audit.entry import encode
from tests.audit.parts import boot, intent, sealed_lines

LINES = tuple(sealed_lines(4))
COUNT = len(LINES)


def first_fault(lines: list[bytes]) -> Fault | None:
    found = [one for one in verify_lines(ChainChecker("inst", "w1"), lines) if isinstance(one, Fault)]
    return found[0] if found else None


def test_an_untouched_chain_has_no_fault():
    assert first_fault(list(LINES)) is None


def test_numbers_and_boots_are_in_the_bytes_that_are_hashed():
    found = [one for one in verify_lines(ChainChecker("inst", "w1"), LINES) if isinstance(one, Envelope)]
    assert [(one.seq, one.boot) for one in found] == [(number, 1) for number in range(1, COUNT + 1)]


@given(st.integers(0, COUNT - 1), st.data())
def test_any_changed_byte_is_found_at_its_line(index: int, data: st.DataObject):
    line = LINES[index]
    at = data.draw(st.integers(0, len(line) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda byte: byte != line[at]))
    changed = [*LINES[:index], line[:at] + bytes([value]) + line[at + 1 :], *LINES[index + 1 :]]
    # A file is read by its newlines: a changed one joins two lines, a new one makes two.
    fault = first_fault(
        b"".join(changed).splitlines(keepends=True) if value == 10 or at == len(line) - 1 else changed
    )
    assert fault is not None
    assert fault.seq == index + 1


@given(st.integers(0, COUNT - 2), st.integers(1, 3))
def test_a_deletion_is_found_where_it_was(index: int, length: int):
    rest = LINES[index + length :]
    if not rest:
        rest = LINES[-1:]
    fault = first_fault([*LINES[:index], *rest])
    assert fault is not None
    assert (fault.what, fault.seq) == ("missing", index + 1)


@given(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1))
def test_a_swap_is_found_at_the_first_of_the_two(one: int, other: int):
    lines = list(LINES)
    lines[one], lines[other] = lines[other], lines[one]
    fault = first_fault(lines)
    assert (fault is None) == (one == other)
    assert fault is None or fault.seq == min(one, other) + 1


@given(st.integers(0, COUNT - 1), st.integers(0, COUNT))
def test_a_repeated_line_is_found(index: int, place: int):
    lines = list(LINES)
    lines.insert(place, LINES[index])
    fault = first_fault(lines)
    assert fault is not None
    assert fault.seq == (place + 1 if place != index else index + 2)


def test_a_line_replaced_with_a_right_hash_is_found_by_the_next():
    forged = Chain("inst", "w1", Head(1, split_line(LINES[0])[0], 1), 1).seal([encode(intent("forged"))])  # type: ignore[index]
    fault = first_fault([LINES[0], lines_of(forged), *LINES[2:]])
    assert fault is not None
    assert (fault.what, fault.seq) == ("replaced", 3)


@pytest.mark.parametrize(("installation", "writer"), [("other", "w1"), ("inst", "w2")])
def test_entries_of_another_chain_are_foreign(installation: str, writer: str):
    fault = first_fault(sealed_lines(1, installation=installation, writer=writer))
    assert fault is not None
    assert (fault.what, fault.seq) == ("foreign", 1)


def test_a_new_boot_goes_on_with_the_chain():
    last = open_envelope(split_line(LINES[-1])[1])  # type: ignore[index]
    assert last is not None
    head = Head(last.seq, LINES[-1][:64].decode(), last.boot)
    assert first_fault([*LINES, *sealed_lines(2, after=head)]) is None


def test_a_boot_number_without_its_entry_is_found():
    chain = Chain("inst", "w1", Head(1, LINES[0][:64].decode(), 1), 2)
    fault = first_fault([LINES[0], lines_of(chain.seal([encode(intent("c1"))]))])
    assert fault is not None
    assert (fault.what, fault.seq) == ("boot", 2)


def test_a_boot_entry_without_a_new_number_is_found():
    chain = Chain("inst", "w1", Head(1, LINES[0][:64].decode(), 1), 1)
    fault = first_fault([LINES[0], lines_of(chain.seal([encode(boot())]))])
    assert fault is not None
    assert fault.what == "boot"


def test_the_first_entry_follows_from_installation_and_writer():
    hashes = {genesis("a", "b").hash, genesis("b", "a").hash, genesis("ab", "").hash, genesis("", "ab").hash}
    assert len(hashes) == 4


def test_an_envelope_in_another_spelling_is_not_read():
    parts = split_line(LINES[0])
    assert parts is not None
    assert open_envelope(parts[1].replace(b'"seq":1', b'"seq": 1')) is None


def test_a_chain_set_back_seals_the_same_again():
    chain = Chain("inst", "w1", genesis("inst", "w1"), 1)
    before = chain.head
    first = chain.seal([encode(boot())])
    chain.head = before
    assert chain.seal([encode(boot())]) == first


def test_a_last_line_without_its_end_is_torn():
    fault = first_fault([*LINES[:-1], LINES[-1][:-1]])
    assert fault is not None
    assert (fault.what, fault.seq) == ("torn", COUNT)
