"""One attempt: what it read is what stood there, all of it at one time."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gateway.policy.load import Loaded, Reading, read
from gateway.policy.watch import look
from gateway.reload import reading
from gateway.reload.reading import MOST_READS, SWITCH_S, Folder, attempt
from tests.policy.folder import written

KEY = "providers: {{p: {{dialect: openai, base_url: 'https://p.test', credentials: ['${{file:{}}}']}}}}\n"


def test_a_folder_that_is_a_policy_is_loaded(tmp_path: Path):
    tried = attempt(Folder(written(tmp_path, {"a.yaml": "gateway: 1\n"}), {}), frozenset())
    assert isinstance(tried.found, Loaded)
    assert tried.seen == look(tmp_path)
    assert (tried.origin, tried.author) == ((str(tmp_path), None, None), None)


def test_a_folder_that_is_none_has_faults(tmp_path: Path):
    tried = attempt(Folder(written(tmp_path, {"a.yaml": "gateway: 2\n"}), {}), frozenset())
    assert isinstance(tried.found, tuple)
    assert [(fault.line, fault.column) for fault in tried.found] == [(1, 10)]


def test_reading_lets_go_of_the_interpreter_often_and_only_while_it_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    usual_s, during = sys.getswitchinterval(), list[float]()

    def noted(folder: Path) -> Reading:
        during.append(sys.getswitchinterval())
        if len(during) > 1:
            raise OSError("a fault of our own")
        return read(folder)

    monkeypatch.setattr(reading, "read", noted)
    folder = Folder(written(tmp_path, {"a.yaml": "gateway: 1\n"}), {})
    attempt(folder, frozenset())
    with pytest.raises(OSError, match="a fault of our own"):
        attempt(folder, frozenset())
    assert during == pytest.approx([SWITCH_S, SWITCH_S])
    assert sys.getswitchinterval() == usual_s


def test_files_of_secrets_are_looked_at_too(tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("one")
    folder = Folder(written(tmp_path, {"a.yaml": KEY.format(secret)}), {})
    tried = attempt(folder, frozenset())
    assert tried.named == {secret}
    secret.write_text("two")
    assert look(tmp_path, tried.named) != tried.seen


def test_a_secret_that_is_missing_is_waited_for(tmp_path: Path):
    secret = tmp_path / "secret"
    tried = attempt(Folder(written(tmp_path, {"a.yaml": KEY.format(secret)}), {}), frozenset())
    assert isinstance(tried.found, tuple)
    secret.write_text("here")
    assert look(tmp_path, tried.named) != tried.seen


def test_what_a_broken_file_named_before_is_looked_at_still(tmp_path: Path):
    folder = Folder(written(tmp_path, {"a.yaml": "gateway: [\n"}), {})
    assert attempt(folder, frozenset({tmp_path / "secret"})).named == {tmp_path / "secret"}


def test_what_changes_while_it_is_read_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A checkout that is under way: never a mixture of two."""
    written(tmp_path, {"a.yaml": "teams: {old: {}}\n", "b.yaml": "roles: {old: {}}\n"})
    reads = list[Reading]()

    def disturbed(folder: Path) -> Reading:
        found = read(folder)
        if not reads:
            written(tmp_path, {"a.yaml": "teams: {newer: {}}\n", "b.yaml": "roles: {newer: {}}\n"})
        reads.append(found)
        return found

    monkeypatch.setattr(reading, "read", disturbed)
    tried = attempt(Folder(tmp_path, {}), frozenset())
    assert isinstance(tried.found, Loaded)
    assert [*tried.found.policy.teams, *tried.found.policy.roles] == ["newer", "newer"]
    assert len(reads) == 2


def test_a_folder_that_never_rests_is_taken_as_it_was_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    reads = list[Path]()

    def disturbed(folder: Path) -> Reading:
        reads.append(written(tmp_path, {"a.yaml": f"teams: {{t{len(reads)}: {{}}}}\n" + "#" * len(reads)}))
        return read(folder)

    monkeypatch.setattr(reading, "read", disturbed)
    tried = attempt(Folder(written(tmp_path, {"a.yaml": ""}), {}), frozenset())
    assert isinstance(tried.found, Loaded)
    assert len(reads) == MOST_READS + 1
