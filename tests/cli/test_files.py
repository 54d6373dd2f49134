"""Files that commands write."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gateway.cli.files import new_file
from gateway.cli.wrong_use import WrongUse


def test_a_new_file_is_its_owners_alone(tmp_path: Path):
    path = tmp_path / "out"
    with new_file(str(path)) as file:
        file.write("text")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("text", 0o600)


def test_a_file_that_is_there_is_left_alone(tmp_path: Path):
    path = tmp_path / "out"
    path.write_text("mine")
    with pytest.raises(WrongUse, match="there already"), new_file(str(path)):
        pass
    assert path.read_text() == "mine"


def test_where_nothing_can_be_written_it_says_why(tmp_path: Path):
    with pytest.raises(WrongUse, match="can't be written"), new_file(str(tmp_path / "no" / "out")):
        pass


def test_a_hyphen_is_standard_output():
    with new_file("-") as file:
        assert file is sys.stdout
