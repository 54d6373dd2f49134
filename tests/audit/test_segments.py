"""One writer's folder: whole batches or nothing."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from gateway.audit.segments import (
    FolderLock,
    SegmentWriter,
    lines_after,
    segment_path,
    segment_paths,
    shipped_segments,
    writer_folders,
)
from tests.audit.parts import sealed_lines


def full_after(limit: int):
    """An os.write for a disk with room for `limit` more bytes."""
    left = [limit]

    def write(descriptor: int, data: bytes) -> int:
        if left[0] == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = os.write(descriptor, data[: left[0]])
        left[0] -= taken
        return taken

    return write, left


def content(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for _, path in segment_paths(folder))


def test_batches_stand_behind_each_other(tmp_path: Path):
    writer = SegmentWriter(tmp_path)
    writer.append(1, b"a\n")
    writer.append(2, b"b\n")
    writer.close()
    assert content(tmp_path) == b"a\nb\n"


def test_half_a_batch_is_taken_back(tmp_path: Path):
    write, _left = full_after(5)
    writer = SegmentWriter(tmp_path, write=write)
    writer.append(1, b"one\n")
    with pytest.raises(OSError, match="No space"):
        writer.append(2, b"two\n")
    writer.close()
    assert content(tmp_path) == b"one\n"


def test_once_there_is_room_it_goes_on(tmp_path: Path):
    write, left = full_after(5)
    writer = SegmentWriter(tmp_path, write=write)
    writer.append(1, b"one\n")
    with pytest.raises(OSError, match="No space"):
        writer.append(2, b"two\n")
    left[0] = 100
    writer.append(2, b"new\n")
    writer.close()
    assert content(tmp_path) == b"one\nnew\n"


def test_short_writes_are_continued(tmp_path: Path):
    writer = SegmentWriter(tmp_path, write=lambda descriptor, data: os.write(descriptor, data[:1]))
    writer.append(1, b"one line\n")
    writer.close()
    assert content(tmp_path) == b"one line\n"


def test_nothing_is_appended_before_the_rest_of_a_failure_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write, left = full_after(5)
    writer = SegmentWriter(tmp_path, write=write)
    writer.append(1, b"one\n")

    def broken(_descriptor: int, _size: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "ftruncate", broken)
        for _ in range(2):
            with pytest.raises(OSError, match="Input/output"):
                writer.append(2, b"two\n")
    left[0] = 100
    writer.append(2, b"new\n")
    writer.close()
    assert content(tmp_path) == b"one\nnew\n"


def test_a_full_segment_is_followed_by_one_named_by_its_first_entry(tmp_path: Path):
    writer = SegmentWriter(tmp_path, segment_bytes=4)
    for seq in (1, 2, 3):
        writer.append(seq, b"line\n")
    writer.close()
    assert [first for first, _ in segment_paths(tmp_path)] == [1, 2, 3]


def test_a_restart_goes_on_in_the_newest_segment(tmp_path: Path):
    for seq in (1, 2):
        writer = SegmentWriter(tmp_path)
        writer.append(seq, b"line\n")
        writer.close()
    assert [first for first, _ in segment_paths(tmp_path)] == [1]


def test_fsync_makes_the_batch_and_its_name_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    writer = SegmentWriter(tmp_path, fsync=True)
    writer.append(1, b"line\n")
    writer.append(2, b"line\n")
    writer.close()
    assert len(synced) == 3


def test_shipped_segments_go_but_never_the_last_whole_line(tmp_path: Path):
    writer = SegmentWriter(tmp_path, segment_bytes=1)
    for seq in (1, 2, 3):
        writer.append(seq, b"line\n")
    writer.close()
    kept = []
    for shipped in (1, 2, 3):
        gone = shipped_segments(tmp_path, shipped)
        kept.append([first for first, path in segment_paths(tmp_path) if path not in gone])
    assert kept == [[1, 2, 3], [2, 3], [3]]


def test_reading_begins_in_the_segment_that_holds_the_next_entry(tmp_path: Path):
    lines = sealed_lines(2)
    for first in (1, 3, 5):
        segment_path(tmp_path, first).write_bytes(b"".join(lines[first - 1 : first + 1]))
    assert list(lines_after(tmp_path, 3)) == lines[2:]


def test_reading_a_folder_without_segments_finds_nothing(tmp_path: Path):
    assert list(lines_after(tmp_path, 0)) == []


def test_a_locked_folder_can_not_be_locked_again(tmp_path: Path):
    held = FolderLock.take(tmp_path)
    assert held is not None
    assert FolderLock.take(tmp_path) is None
    held.close()


def test_a_folder_is_free_once_its_lock_is_closed(tmp_path: Path):
    held = FolderLock.take(tmp_path)
    assert held is not None
    held.close()
    again = FolderLock.take(tmp_path)
    assert again is not None
    again.close()


def test_no_spool_means_no_writers(tmp_path: Path):
    assert writer_folders(tmp_path) == []
