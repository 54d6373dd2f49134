"""`gateway serve`: what a person is told at the start, and what stops one. The rest: tests/journeys."""

from __future__ import annotations

import gc
import logging
import re
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cli.serve import Welcome
from gateway.credentials import well_formed
from gateway.installation import open_installation
from gateway.policy.load import load_policy
from gateway.settings import load_settings
from tests.cli.conftest import Run

Told = pytest.CaptureFixture[str]


@pytest.fixture
def welcome(folder: Path) -> Iterator[Welcome]:
    """Its process is this one: the garbage collector is put back."""
    threshold = gc.get_threshold()
    settings = load_settings()
    yield Welcome(settings, load_policy(settings.policies, environment={}))
    gc.set_threshold(*threshold)
    gc.unfreeze()


def opens(welcome: Welcome) -> None:
    with open_installation(load_settings()) as installation:
        welcome.opened(installation)


def test_the_first_start_puts_its_trial_key_into_a_file_and_not_into_a_log(
    welcome: Welcome, folder: Path, capsys: Told
):
    opens(welcome)
    path = folder / "data" / "trial.key"
    out = capsys.readouterr().out
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert well_formed(path.read_text().strip())
    assert str(path) in out
    assert "gw-" not in out


def test_a_person_at_a_terminal_is_shown_the_trial_key_once(
    welcome: Welcome, folder: Path, capsys: Told, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    opens(welcome)
    assert [well_formed(word) for word in capsys.readouterr().out.split()].count(True) == 1
    assert not (folder / "data" / "trial.key").exists()


def test_a_trial_key_of_a_database_that_is_gone_is_replaced(welcome: Welcome, folder: Path):
    opens(welcome)
    first = (folder / "data" / "trial.key").read_text()
    for path in (folder / "data").glob("gateway.db*"):
        path.unlink()
    opens(welcome)
    assert (folder / "data" / "trial.key").read_text() != first


def test_a_later_start_makes_no_key_and_says_how(welcome: Welcome, folder: Path, capsys: Told):
    opens(welcome)
    (folder / "data" / "trial.key").unlink()
    capsys.readouterr()
    opens(welcome)
    assert "scripts/gateway keys create NAME --role ROLE" in capsys.readouterr().out
    assert not (folder / "data" / "trial.key").exists()


@pytest.mark.parametrize(
    ("host", "base"), [("127.0.0.1", "http://127.0.0.1:8080"), ("::1", "http://[::1]:8080")]
)
def test_once_it_listens_it_says_where_what_is_off_and_a_call_to_make(
    welcome: Welcome, capsys: Told, host: str, base: str
):
    welcome.listening(host, 8080)
    out = capsys.readouterr().out
    assert out.startswith(f"listening on {base}\npolicy ")
    assert "  provider acme is off: " in out
    assert f"curl {base}/v1/chat/completions" in out
    assert '"model": "echo"' in out


def test_what_is_declared_and_not_in_force_is_said_at_the_start(welcome: Welcome, folder: Path, capsys: Told):
    (folder / "policies" / "more.yaml").write_text("monitors: [{name: a, kind: groundedness, sample: 2%}]\n")
    settings = load_settings()
    Welcome(settings, load_policy(settings.policies, environment={})).listening("127.0.0.1", 8080)
    said = "  not yet in force: monitors: nothing is measured\n"
    assert capsys.readouterr().out.count(said) == 1


def test_what_was_loaded_by_then_is_kept_from_the_garbage_collector(welcome: Welcome):
    welcome.listening("127.0.0.1", 8080)
    assert gc.get_freeze_count() > 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--port", "99999"), "GATEWAY_PORT: "),
        (("--policies", "nowhere"), "nowhere"),
        (("--port", "many"), "--port"),
    ],
)
def test_what_can_not_be_served_is_exit_code_2(gateway: Run, words: tuple[str, ...], said: str):
    done = gateway("serve", *words)
    assert (done.status, done.out) == (2, "")
    assert said in done.err


def test_a_variable_that_is_no_setting_is_warned_of(gateway: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GATEWAY_PROT", "9000")
    assert "did you mean GATEWAY_PORT?" in gateway("serve", "--policies", "nowhere").err


def test_an_invalid_policy_stops_the_start_and_says_where(gateway: Run, folder: Path):
    (folder / "policies" / "gateway.yaml").write_text("gateway: 1\nmodles: {}\n")
    done = gateway("serve", "--port", "0")
    assert done.status == 2
    assert re.search(r"gateway\.yaml:2:1: .*models", done.err)
    assert not (folder / "data").exists()


def test_a_model_that_is_not_installed_stops_the_start_in_one_sentence(
    gateway: Run, folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(logging.getLogger("uvicorn.error"), "filters", [])  # this process goes on
    (folder / "policies" / "more.yaml").write_text(
        "privacy: {default: p, profiles: {p: {ner: {en: xx_absent}}}}\n"
    )
    done = gateway("serve", "--port", "0")
    assert done.status == 2
    assert done.err.endswith(
        "gateway: the model `xx_absent`, which finds names, is not installed here: install it, or leave it out of `ner`\n"
    )
    assert "Traceback" not in caplog.text


def test_a_port_that_is_taken_is_told_and_exit_code_2(gateway: Run, caplog: pytest.LogCaptureFixture):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = gateway("serve", "--port", str(taken.getsockname()[1]))
    assert done.status == 2
    assert "address already in use" in caplog.text
