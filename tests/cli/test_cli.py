"""The command as a whole: its names, its exit codes, and that a command needs only what it uses."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gateway.cli import Commands
from tests.cli.conftest import Run


def test_the_commands_are_those_of_the_package():
    assert list(Commands()) == [
        "serve",
        "check",
        "explain",
        "keys",
        "users",
        "policy",
        "audit",
        "keyring",
        "usage",
        "budgets",
        "freeze",
        "unfreeze",
        "privacy",
        "report",
    ]
    assert len(Commands()) == 14
    assert all(Commands()[name].name == name for name in Commands())


def test_help_names_every_command(gateway: Run):
    done = gateway("--help")
    assert done.status == 0
    assert all(f" {name} " in done.out for name in Commands())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("chek",), "Did you mean 'check'?"),
        (("keys", "creat"), "Did you mean 'create'?"),
        (("keys", "create", "app"), "--role"),
        (("audit", "show"), "call_id"),
        (("audit", "query", "--limit", "0"), "--limit"),
        (("check", "--nonsense"), "--nonsense"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_use_is_exit_code_2_and_says_what_is_wrong(gateway: Run, words: tuple[str, ...], said: str):
    done = gateway(*words)
    assert (done.status, done.out) == (2, "")
    assert said in done.err


def test_a_name_of_no_command_is_not_imported():
    with pytest.raises(KeyError):
        Commands()["wrong_use"]


@pytest.mark.parametrize("name", ["keys", "users", "audit", "check"])
def test_a_command_does_not_wait_for_what_only_the_server_needs(name: str):
    code = f"import sys; from gateway.cli import Commands; Commands()[{name!r}]; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"aiohttp", "httpx", "uvicorn", "starlette", "genai_prices"} & set(done.stdout.split())
