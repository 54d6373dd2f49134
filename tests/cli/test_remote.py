"""A remote gateway is asked over an encrypted connection, with a key from the environment, and what goes wrong is
told in words."""

from __future__ import annotations

import json
import re
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from gateway.cli import remote
from gateway.cli.remote import opened
from gateway.cli.wrong_use import WrongUse
from gateway.settings import Remote
from tests.cli.conftest import POLICY, Run
from tests.house.tree import ROOT
from tests.parts.certificates import make_authority
from tests.parts.gateway_process import GatewayProcess

TOKEN = "a-token-that-only-the-tests-know"
EMPTY = b'{"users": []}'


class Server(ThreadingHTTPServer):
    """Answers every request with the same, and keeps what came."""

    daemon_threads = True
    status = 200
    body = EMPTY
    location = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, str | None]] = []
        self.silent = threading.Event()
        self.over = threading.Event()


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.seen.append((self.path, self.headers["authorization"]))
        if self.server.silent.is_set():
            self.server.over.wait()
            return
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(self.server.body)))
        if self.server.location:
            self.send_header("location", self.server.location)
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def serving(secure: Callable[[socket.socket], socket.socket] = lambda door: door) -> Iterator[Server]:
    server = Server()
    server.socket = secure(server.socket)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as made:
        yield made


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_TOKEN", TOKEN)


def url(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def problem(status: int, code: str, detail: str) -> bytes:
    return json.dumps(
        {"title": "No", "status": status, "code": code, "detail": detail, "request_id": "r"}
    ).encode()


def test_the_url_may_be_a_setting_or_an_option(gateway: Run, server: Server, monkeypatch: pytest.MonkeyPatch):
    assert gateway("users", "list", "--url", url(server) + "/").status == 0
    monkeypatch.setenv("GATEWAY_URL", url(server) + "/below")
    assert gateway("users", "list").status == 0
    assert server.seen == [
        ("/admin/v1/users/disabled", f"Bearer {TOKEN}"),
        ("/below/admin/v1/users/disabled", f"Bearer {TOKEN}"),
    ]


def test_the_option_is_before_the_setting(gateway: Run, server: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GATEWAY_URL", "https://elsewhere.test")
    assert gateway("users", "list", "--url", url(server)).status == 0


@pytest.mark.parametrize(
    ("status", "body", "exit_code", "said"),
    [
        (401, problem(401, "invalid_api_key", "this key is unknown"), 2, "does not take GATEWAY_TOKEN: this key"),
        (403, problem(403, "permission_denied", "your roles do not permit"), 1, "gateway: your roles do not permit"),
        (404, problem(404, "unknown_path", "no such path"), 2, "has no admin API for you: is it the address"),
        (404, b"<html>not here</html>", 2, "answers 404, and not as the admin side of a gateway"),
        (429, problem(429, "too_many", "try again later"), 2, "gateway: try again later"),
        (502, b"bad gateway", 2, "answers 502, and not as the admin side of a gateway"),
        (503, problem(503, "store_unavailable", "the database is away"), 2, "gateway: the database is away"),
        (204, b"", 2, "answers 204, and not as the admin side of a gateway"),
        (200, b"<html>sign in</html>", 2, "is not this version's admin API"),
        (200, b'{"user": []}', 2, "is not this version's admin API"),
    ],
)  # fmt: skip
def test_what_a_gateway_says_no_to_is_told_in_words(
    gateway: Run, server: Server, status: int, body: bytes, exit_code: int, said: str
):
    server.status, server.body = status, body
    done = gateway("users", "list", "--url", url(server))
    assert (done.status, done.out) == (exit_code, "")
    assert said in done.err
    assert TOKEN not in done.err


def test_a_key_is_not_carried_to_where_an_answer_sends_it(gateway: Run, server: Server):
    with serving() as other:
        server.status, server.location = 307, url(other)
        done = gateway("users", "list", "--url", url(server))
    assert (done.status, other.seen) == (2, [])
    assert "answers 307" in done.err


def test_a_newer_gateway_may_tell_more(gateway: Run, server: Server):
    server.body = b'{"users": [{"user": "anna", "disabled_at": "2027-01-15", "by": "ben"}], "next": null}'
    done = gateway("users", "list", "--url", url(server))
    assert (done.status, done.out) == (0, "2027-01-15  anna\n")


def test_nobody_at_the_address_is_told(gateway: Run):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        done = gateway("users", "list", "--url", f"http://127.0.0.1:{closed.getsockname()[1]}")
    assert (done.status, done.out) == (2, "")
    assert "can't be reached: " in done.err
    assert "refused" in done.err


def test_a_gateway_that_does_not_answer_is_not_waited_for_without_end(
    gateway: Run, server: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(remote, "_TIMEOUT", httpx.Timeout(0.2))
    server.silent.set()
    done = gateway("users", "list", "--url", url(server))
    assert (done.status, done.out) == (2, "")
    assert "does not answer in time" in done.err


@pytest.mark.parametrize("token", [None, "", "  ", "a\nb", "ключ"])
def test_without_a_key_nothing_is_asked(
    gateway: Run, server: Server, monkeypatch: pytest.MonkeyPatch, token: str | None
):
    if token is None:
        monkeypatch.delenv("GATEWAY_TOKEN")
    else:
        monkeypatch.setenv("GATEWAY_TOKEN", token)
    done = gateway("users", "list", "--url", url(server))
    assert (done.status, done.out, server.seen) == (2, "", [])
    assert "GATEWAY_TOKEN" in done.err


@pytest.mark.parametrize(
    "address",
    [
        "http://gateway.example.com",
        "http://10.0.0.7:8080",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://[2001:db8::1]",
        "http://0.0.0.0",
    ],
)
def test_a_key_goes_unencrypted_to_this_machine_only_unless_it_is_said(address: str):
    asked = Remote(url=address, token=SecretStr("t"))
    with pytest.raises(WrongUse, match="use https://, or say --plain-http"), opened(asked, plain_http=False):
        pass
    with opened(asked, plain_http=True) as side:
        assert side is not None


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8080", "http://[::1]", "http://localhost:1", "https://gateway.example.com"]
)
def test_this_machine_and_whatever_is_encrypted_may_be_asked(address: str):
    with opened(Remote(url=address, token=SecretStr("t")), plain_http=False) as side:
        assert side is not None


@pytest.mark.parametrize(
    "address",
    ["gateway.example.com", "ftp://x", "https://", "https://me:secret@x", "https://x?key=1", "https://x#a", "https://x\0"],
)  # fmt: skip
def test_what_is_no_address_is_wrong_use_and_is_not_repeated(address: str):
    with (
        pytest.raises(WrongUse, match="--url: expected an address such as") as wrong,
        opened(Remote(url=address, token=SecretStr("t")), plain_http=True),
    ):
        pass
    assert "secret" not in str(wrong.value)


def test_a_proxy_of_the_environment_sees_no_unencrypted_key(
    gateway: Run, server: Server, monkeypatch: pytest.MonkeyPatch
):
    with serving() as proxy:
        monkeypatch.setenv("HTTP_PROXY", url(proxy))
        monkeypatch.setenv("ALL_PROXY", url(proxy))
        assert gateway("users", "list", "--url", url(server)).status == 0
    assert (proxy.seen, len(server.seen)) == ([], 1)


def test_only_a_gateway_that_an_authority_vouches_for_is_given_the_key(
    gateway: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    authority = make_authority(tmp_path)
    (tmp_path / "authority.pem").write_text(authority.pem)

    def secure(door: socket.socket) -> ssl.SSLSocket:
        return authority.server.wrap_socket(door, server_side=True, do_handshake_on_connect=False)

    with serving(secure) as server:
        address = url(server).replace("http://", "https://")
        done = gateway("users", "list", "--url", address)
        assert (done.status, server.seen) == (2, [])
        assert "can't be reached: " in done.err
        assert "certificate verify failed" in done.err
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        assert gateway("users", "list", "--url", address).status == 0
        assert len(server.seen) == 1


def test_a_key_does_over_the_admin_api_what_its_roles_permit(
    gateway: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    policy = POLICY.replace("auditor: {}", "auditor: {permissions: ['audit:read']}")
    with GatewayProcess(tmp_path / "running", policy).running() as running:
        key = running.make_key("anna", role="auditor")
        monkeypatch.setenv("GATEWAY_URL", running.url)
        monkeypatch.setenv("GATEWAY_TOKEN", key.key)
        assert gateway("audit", "query", "--acts").status == 0
        done = gateway("keys", "create", "more", "--role", "caller")
        assert (done.status, done.out) == (1, "")
        assert "keys:create" in done.err
        monkeypatch.setenv("GATEWAY_TOKEN", key.key[:-1] + ("0" if key.key[-1] != "0" else "1"))
        done = gateway("audit", "query", "--acts")
        assert (done.status, done.out) == (2, "")
        assert "does not take GATEWAY_TOKEN" in done.err


def test_the_example_of_the_docs_does_what_it_says(tmp_path: Path):
    """As it stands in docs/commands.md, but for the address."""
    page = (ROOT / "docs/commands.md").read_text()
    [example] = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    key = "an-admin-key-that-nobody-guesses-of-the-tests"
    with GatewayProcess(tmp_path, POLICY, settings={"GATEWAY_ADMIN_KEY": key}).running() as running:
        script = example.replace("https://gateway.example.com:8443", running.url)
        here = f'gateway() {{ "{sys.executable}" -m gateway "$@"; }}\n'
        done = subprocess.run(
            ["bash", "-ec", here + script], cwd=ROOT, input=f"{key}\n", capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert "disabled anna: 0 keys in the database" in done.stdout
        assert "anna" in running.asked("users", "list")
