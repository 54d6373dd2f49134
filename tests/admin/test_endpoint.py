"""One path of the admin API: what is read, what is refused before it is, and what every answer says."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.admin.endpoint import _MOST_AT_ONCE, BODY_BYTES, Endpoint
from gateway.errors import SpoolUnavailable
from gateway.stores.interfaces import StoreUnavailable
from tests.admin.parts import HERE, Side, admin_side
from tests.parts.asgi_client import AsgiClient

POLICY = {
    "gateway": 1,
    "roles": {"caller": {"models": ["*"]}, "boss": {"permissions": ["keys:*"]}},
}
NEW_KEY = {"name": "bot", "roles": ["caller"]}


def endpoint(side: Side, path: str) -> Endpoint:
    """Where the path is answered."""
    router: Any = getattr(side.app, "_side", side.app)
    return next(route.endpoint for route in router.routes if route.path == f"/admin/v1{path}")


class Broken:
    """In place of the administration of keys."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def page(self, *_: object, **__: object) -> None:
        raise self._error


async def test_nothing_is_kept_on_the_way(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        for path in ("/keys", "/openapi.json", "/nowhere"):
            headers = (await side.ask("GET", path)).headers
            assert headers["cache-control"] == "no-store", path
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-request-id"]
            assert not [name for name in headers if name.startswith("access-control")]


async def test_a_preflight_of_a_browser_is_no_method(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        answer = await side.ask("OPTIONS", "/keys", headers=[(b"origin", b"https://evil.example")])
    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")


async def test_who_is_not_known_is_told_how_to_be(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        answer = await side.ask("GET", "/keys", None)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_the_body_of_who_may_not_is_never_read(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        key = side.key("caller")[0]
        for bearer in ("gw-wrong", key):
            client = AsgiClient(
                b"{",
                path="/admin/v1/keys",
                headers=[
                    (b"authorization", f"Bearer {bearer}".encode()),
                    (b"content-type", b"application/json"),
                ],
            )
            client.scope["client"] = (HERE, 1)
            await side.app(client.scope, client.receive, client.send)
            assert (client.status in (401, 403), client.receives) == (True, 0)


JSON = b"application/json"
NEW = b'{"name": "bot", "roles": ["caller"]}'
BODIES: tuple[tuple[bytes, bytes, bytes, int], ...] = (
    (b'{"name": "bot"', JSON, b"", 400),
    (b"[]", JSON, b"", 400),
    (b"\xff", JSON, b"", 400),
    (b'{"name": "\\ud800", "roles": ["caller"]}', JSON, b"", 400),
    (b"[" * 100_000, JSON, b"", 400),
    (b"", JSON, b"", 400),
    (b'{"name": "bot", "roles": ["caller"], "owner": 1}', JSON, b"", 400),
    (b'{"name": "bot", "roles": ["caller"], "expires": 90}', JSON, b"", 400),
    (b'{"name": "bot", "roles": ["caller"], "networks": ["10.0.0.1/8"]}', JSON, b"", 400),
    (b" " * (BODY_BYTES + 1), JSON, b"", 413),
    (NEW, JSON, b"gzip", 415),
    (NEW, b"text/plain", b"", 415),
    (NEW, b"application/json; charset=utf-8", b"identity", 201),
)


async def test_what_is_not_as_described_is_refused(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        for body, content_type, encoding, status in BODIES:
            headers = [(b"content-encoding", encoding)]
            answer = await side.ask("POST", "/keys", body=body, headers=headers, content_type=content_type)
            assert answer.status == status, body[:80]


async def test_each_wrong_field_is_named_and_nothing_that_was_sent_is_repeated(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        answer = await side.ask(
            "POST", "/keys", body={"name": "", "roles": ["sk-secret,"], "expires": "sk-secret"}
        )
    assert {"name", "roles.0", "expires"} <= {one["field"] for one in answer.body["errors"]}
    assert "sk-secret" not in json.dumps(answer.body)


async def test_a_query_is_judged_whole(tmp_path: Path):
    many = "&".join(f"a{number}=1" for number in range(60))
    async with admin_side(tmp_path, POLICY) as side:
        for query in (
            "limit=0",
            "limit=",
            "limit=1&limit=2",
            "cursor=a%00b",
            "order=up",
            "limit=%ff",
            "=1",
            many,
        ):
            assert (await side.ask("GET", f"/keys?{query}")).status == 400, query


async def test_parameters_where_none_are_taken_are_refused(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        assert (await side.ask("GET", "/status?verbose=1")).status == 400


async def test_a_path_that_is_not_listed_is_not_there(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        for path in (
            "/keys/",
            "/keys/a%2Fb",
            "/keys/a b",
            "/keys/%00",
            "//keys",
            "/keys/x/rotate/",
            "/keys/\x7f",
        ):
            assert (await side.ask("GET", path)).status == 404, path


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (StoreUnavailable("at /var/secret.db"), 503, "store_unavailable"),
        (SpoolUnavailable("at /var/spool"), 503, "audit_unavailable"),
        (KeyError("sk-secret"), 500, "internal"),
    ],
)
async def test_what_goes_wrong_here_is_told_without_its_details(
    tmp_path: Path, error: Exception, status: int, code: str
):
    async with admin_side(tmp_path, POLICY) as side:
        administration: Any = endpoint(side, "/keys")._serving.administration
        administration.keys = Broken(error)
        answer = await side.ask("GET", "/keys")
    assert (answer.status, answer.body["code"]) == (status, code)
    assert "secret" not in json.dumps(answer.body) and "/var" not in json.dumps(answer.body)


async def test_too_much_at_once_is_told_to_come_again(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        endpoint(side, "/keys")._serving.under_way.now = _MOST_AT_ONCE
        answer = await side.ask("GET", "/keys")
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")


async def test_what_ended_makes_room(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        await asyncio.gather(*(side.ask("GET", "/keys") for _ in range(20)))
        await side.ask("GET", "/keys", None)
        assert endpoint(side, "/keys")._serving.under_way.now == 0


async def test_an_attempt_without_permission_is_recorded(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        key, record = side.key("caller")
        assert (await side.ask("POST", "/keys/key_1/rotate", key)).status == 403
        [act] = await acts(side)
    assert (act["act"], act["who"]["key"], act["ending"], act["reason"]) == (
        "keys.rotate",
        record.id,
        "refused",
        "permission_denied",
    )
    assert act["about"] == {"key": "key_1"}


async def acts(side: Side) -> list[dict[str, Any]]:
    """What administrators did, once it is in the database."""
    while not (found := (await side.ask("GET", "/audit/acts")).body["acts"]) or found[0]["ending"] is None:
        await asyncio.sleep(0)
    return list(found)
