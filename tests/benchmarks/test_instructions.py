"""Counting instructions: what is started, and what is read of valgrind's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.instructions import threads_in, under_valgrind
from benchmarks.targets import Launch, Unavailable


def test_each_thread_has_a_file_and_its_total_in_it(tmp_path: Path):
    for name, text in {
        "cg.2-01": "events: Ir\nsummary: 900\n",
        "cg.2-12": "totals: 7\n",
        "cg.2-03": "",
    }.items():
        (tmp_path / name).write_text(text)
    assert threads_in(list(tmp_path.glob("cg.2-*"))) == {1: 900, 12: 7, 3: 0}


def test_a_target_is_started_as_it_is_but_under_valgrind(tmp_path: Path):
    launch = under_valgrind(Launch(["python", "-m", "benchmarks.bare", "--port", "1"], {"A": "b"}), tmp_path)
    assert launch.argv[0] == "valgrind"
    assert launch.argv[-5:] == ["python", "-m", "benchmarks.bare", "--port", "1"]
    assert launch.env == {"A": "b", "PYTHONHASHSEED": "0"}


def test_the_gateway_writes_on_its_loop_however_slow_it_is_made(tmp_path: Path):
    python, option, code, verb = under_valgrind(Launch(["python", "-m", "gateway", "serve"]), tmp_path).argv[
        -4:
    ]
    assert (python, option, verb) == ("python", "-c", "serve")
    assert "slow_s" in code


def test_what_is_not_in_python_is_not_counted(tmp_path: Path):
    with pytest.raises(Unavailable):
        under_valgrind(Launch(["nginx", "-p", "here"]), tmp_path)


def test_without_valgrind_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert main(["--instructions"]) == 1
    assert "valgrind is not installed" in capsys.readouterr().out
