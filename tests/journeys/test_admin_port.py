"""Where the admin side is, over real sockets: on its own port and no other, or for callers on this machine."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from tests.parts.gateway_process import GatewayProcess
from tests.parts.processes import eventually

POLICY = {"gateway": 1, "roles": {"caller": {"models": []}}}
ADMIN_KEY = "an-admin-key-for-tests-0123456789"
BEARER = {"authorization": f"Bearer {ADMIN_KEY}"}


def asked(base: str, path: str, headers: dict[str, str] | None = None) -> int:
    return httpx.get(base + path, headers=BEARER | (headers or {}), trust_env=False).status_code


def test_on_the_port_of_calls_it_is_there_for_this_machine_but_not_through_a_proxy(tmp_path: Path):
    with GatewayProcess(tmp_path, POLICY, settings={"GATEWAY_ADMIN_KEY": ADMIN_KEY}).running() as gateway:
        assert asked(gateway.url, "/admin/v1/keys") == 200
        assert asked(gateway.url, "/admin/v1/keys", {"x-forwarded-for": "127.0.0.1"}) == 404
        assert asked(gateway.url, "/admin/v1/openapi.json", {"via": "1.1 proxy"}) == 404
        assert asked(gateway.url, "/v1/models") == 401, "it is no key for calls"
        assert ADMIN_KEY not in gateway.told


def test_on_its_own_port_it_is_there_and_on_that_of_calls_it_is_not(tmp_path: Path):
    settings = {"GATEWAY_ADMIN_KEY": ADMIN_KEY, "GATEWAY_ADMIN_PORT": "0"}
    with GatewayProcess(tmp_path, POLICY, settings=settings).running() as gateway:
        found = eventually(lambda: re.search(r"admin side on (\S+)", gateway.told), "the admin side listens")
        admin = found[1]
        assert admin != gateway.url
        assert [asked(admin, path) for path in ("/admin/v1/status", "/readyz", "/livez")] == [200, 200, 200]
        assert asked(admin, "/admin/v1/status", {"x-forwarded-for": "198.51.100.7"}) == 200
        assert [asked(admin, path) for path in ("/v1/models", "/", "/metrics")] == [404, 404, 404]
        assert asked(gateway.url, "/admin/v1/status") == 404
