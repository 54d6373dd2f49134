"""What holds for every test: no network but loopback, no setting of the machine it runs on."""

from __future__ import annotations

import ipaddress
import os
import sys

import pytest
from hypothesis import settings

# No deadline: a busy machine is not a failure. In CI the same examples in every run. `scripts/long`
# asks for the third profile: twenty times as many, about a quarter of an hour on one core.
settings.register_profile("default", deadline=None, print_blob=True, max_examples=25)
settings.register_profile("ci", deadline=None, derandomize=True, max_examples=25)
settings.register_profile("long", deadline=None, print_blob=True, max_examples=500)
settings.load_profile("ci" if os.environ.get("CI") else "default")


class LeftTheMachine(BaseException):
    """A test tried to reach an address that is not loopback. No `except Exception` may hide it."""


def _only_loopback(event: str, arguments: tuple[object, ...]) -> None:
    if event != "socket.connect":
        return
    address = arguments[1]
    if not isinstance(address, tuple):
        return  # a path: a Unix socket
    try:
        ip = ipaddress.ip_address(str(address[0]).partition("%")[0])
    except ValueError:
        return  # a name: resolving it gives the address that is judged
    if not (ip.is_loopback or ip.is_unspecified):
        raise LeftTheMachine(f"a test may reach loopback only, not {address}")


sys.addaudithook(_only_loopback)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, providers' keys and proxies of the machine don't leak into a test."""
    for name in list(os.environ):
        if name.startswith("GATEWAY_") or name.endswith(("_API_KEY", "_proxy", "_PROXY")):
            monkeypatch.delenv(name)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Descriptions of the providers' APIs are no part of this project: the long tests are told where they are."""
    parser.addoption("--specs", default=None, help="a folder with openai.yml and anthropic.yml")
