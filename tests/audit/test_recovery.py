"""What a crash leaves is repaired; what it can't leave is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.audit.chain import Head, genesis, split_line
from gateway.audit.recovery import SpoolDamaged, create, recover, recover_all
from gateway.audit.segments import segment_path
from tests.audit.parts import counted, sealed_lines

LINES = tuple(sealed_lines(3))
WHOLE = b"".join(LINES)


def head_after(count: int) -> Head:
    return Head(count, LINES[count - 1][:64].decode(), 1) if count else genesis("inst", "w1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "spool" / "w1"
    made.mkdir(parents=True)
    return made


def test_an_empty_folder_stands_before_its_first_entry(folder: Path):
    assert recover(folder, "inst") == (genesis("inst", "w1"), 0)


def test_a_whole_spool_stands_at_its_last_line(folder: Path):
    segment_path(folder, 1).write_bytes(WHOLE)
    assert recover(folder, "inst") == (head_after(len(LINES)), 0)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(WHOLE)))
def test_wherever_a_crash_cuts_the_whole_lines_remain(folder: Path, length: int):
    segment_path(folder, 1).write_bytes(WHOLE[:length])
    whole = WHOLE[:length].count(b"\n")
    torn = length - sum(map(len, LINES[:whole]))
    assert recover(folder, "inst") == (head_after(whole), torn)


def test_what_was_torn_off_is_kept_beside(folder: Path):
    segment_path(folder, 1).write_bytes(WHOLE + b"half a li")
    recover(folder, "inst")
    assert (folder / "000000000001.torn").read_bytes() == b"half a li"
    assert segment_path(folder, 1).read_bytes() == WHOLE


def test_zeros_at_the_end_are_torn_too(folder: Path):
    segment_path(folder, 1).write_bytes(WHOLE + bytes(700))
    assert recover(folder, "inst") == (head_after(len(LINES)), 700)


def test_damage_before_a_whole_line_is_refused(folder: Path):
    damaged = bytearray(WHOLE)
    damaged[len(LINES[0]) + 100] ^= 1
    segment_path(folder, 1).write_bytes(damaged)
    with pytest.raises(SpoolDamaged, match="entry 2 is changed"):
        recover(folder, "inst")


def test_a_missing_line_is_refused_even_at_the_end(folder: Path):
    segment_path(folder, 1).write_bytes(b"".join(LINES[:-2]) + LINES[-1])
    with pytest.raises(SpoolDamaged, match=f"entry {len(LINES) - 1} is missing"):
        recover(folder, "inst")


def test_a_tear_in_an_older_segment_is_refused(folder: Path):
    segment_path(folder, 1).write_bytes(b"".join(LINES[:3]) + b"half")
    segment_path(folder, 4).write_bytes(b"".join(LINES[3:]))
    with pytest.raises(SpoolDamaged):
        recover(folder, "inst")


def test_a_spool_whose_older_segments_were_shipped_stands_at_its_last_line(folder: Path):
    segment_path(folder, 4).write_bytes(b"".join(LINES[3:]))
    assert recover(folder, "inst") == (head_after(len(LINES)), 0)


def test_the_spool_of_another_installation_is_refused(folder: Path):
    segment_path(folder, 1).write_bytes(WHOLE)
    with pytest.raises(SpoolDamaged, match="foreign"):
        recover(folder, "other")


def test_a_held_folder_is_passed_over(tmp_path: Path):
    held = create(tmp_path, "inst", counted("w"))
    assert list(recover_all(tmp_path, "inst")) == []
    held.lock.close()


def test_a_retired_folder_is_passed_over(tmp_path: Path):
    create(tmp_path, "inst", counted("w")).retire()
    assert list(recover_all(tmp_path, "inst")) == []


def test_a_new_folder_never_takes_one_that_is_held(tmp_path: Path):
    first = create(tmp_path, "inst", iter(["w1"]).__next__)
    second = create(tmp_path, "inst", iter(["w1", "w2"]).__next__)
    assert second.writer == "w2"
    first.lock.close()
    second.lock.close()


def test_a_damaged_folder_is_let_go_of_again(tmp_path: Path, folder: Path):
    segment_path(folder, 1).write_bytes(LINES[0] + LINES[2])
    for _ in range(2):
        with pytest.raises(SpoolDamaged):
            list(recover_all(tmp_path, "inst"))


def test_the_head_of_a_line_is_its_hash():
    parts = split_line(LINES[0])
    assert parts is not None
    assert head_after(1).hash == parts[0]
