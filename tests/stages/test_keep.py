"""Keep: what an answer tells of becomes the caller's before it is passed on; lists lose what is others'."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import structs

from gateway.call import Call, Caller, Candidate, Cleared, Grant, Plan, Served
from gateway.dialects.openai_responses_stream import ResponsesStream
from gateway.dialects.registry import Route, route
from gateway.dialects.speech import Speech
from gateway.errors import Broken, Kind, Refused
from gateway.policy.match import Facts
from gateway.policy.roles import Role
from gateway.policy.snapshot import Provider, Target
from gateway.privacy.placeholders import Issued
from gateway.runtime import Runtime
from gateway.stages import keep
from gateway.stores.ownership import KeptObject, Place
from gateway.streams.passing import Passing
from tests.parts import provider_answers as say
from tests.parts.calls import make_call, make_policy
from tests.parts.keeping_provider import page
from tests.parts.protections import privacy
from tests.parts.runtime import NOON_MS, FakeIncoming, FakeObjects, FakeVault, make_runtime

ACME = Provider("acme", "openai", "https://acme.test/v1")
ECHO = Provider("echo", "echo")
STORES = Role("caller", models=("*",), allow=frozenset({"store", "background"}))


def kept(name: str, tenant: str = "team:a", kind: str = "file", provider: str = "acme") -> KeptObject:
    return KeptObject(tenant, Place(provider, 0), name, kind, 1, "call-0")


async def never(call: Call, runtime: Runtime) -> None:
    raise AssertionError("nobody is to be asked again")


def answered(
    method: str,
    path: str,
    answer: Any = b"",
    *,
    body: bytes = b"",
    provider: Provider = ACME,
    role: Role = STORES,
    query: bytes = b"",
    **served: Any,
) -> Call:
    """A call to which a provider has answered, whole or (with a `reader`) not yet."""
    found = route(method, path, lambda _: None, query)
    assert isinstance(found, Route) and found.dialect is not None
    call = make_call()
    call.dialect, call.family = found.dialect, found.family
    call.asked = found.dialect.parse(body)
    call.caller = Caller("key", "key_1", None, "a", ("caller",), None)
    call.grant = Grant(role, None, None)
    candidate = Candidate(Target("acme", provider, ""), "", None, 0, Speech(call.dialect, call.family), 1)
    call.plan = Plan((candidate,))
    incoming = served.pop("incoming", FakeIncoming())
    call.served = Served(candidate, incoming, "application/json", credential=1, **served)
    if "reader" not in served:
        call.served.body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return call


async def entered(
    call: Call, *rows: KeptObject, ask: keep.Ask = never, down: bool = False
) -> list[KeptObject]:
    objects = FakeObjects(list(rows), down=down)
    await keep.enter(call, make_runtime(call.policy, objects=objects), ask)
    return objects.rows


BATCH = b'{"input_file_id": "file-0", "endpoint": "/v1/responses"}'


async def test_a_new_object_is_its_makers_where_it_was_made():
    call = answered("POST", "/v1/batches", {"id": "batch_1"}, body=BATCH)
    assert await entered(call) == [
        KeptObject("team:a", Place("acme", 1), "batch_1", "batch", NOON_MS, "call-1")
    ]
    assert [(one.stage, one.rule, one.reason) for one in call.trail] == [
        ("keep", "batches.create", "batch_1")
    ]


async def test_what_a_batch_made_is_its_owners():
    call = answered("GET", "/v1/batches/batch_1", {"id": "batch_1", "output_file_id": "file-9"})
    rows = await entered(call, kept("batch_1", kind="batch"))
    assert [(one.id, one.kind) for one in rows] == [("batch_1", "batch"), ("file-9", "file")]


async def test_an_object_of_another_is_never_told_of():
    call = answered("POST", "/v1/batches", {"id": "batch_1"}, body=BATCH)
    with pytest.raises(Refused) as caught:
        await entered(call, kept("batch_1", "team:b", "batch"))
    assert (caught.value.problem.kind, caught.value.problem.code) == (Kind.UNAVAILABLE, "not_owned")


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/batches"), ("GET", "/v1/files")])
async def test_an_answer_is_withheld_while_owners_can_not_be_written_down(method, path):
    call = answered(
        method, path, page([{"id": "x"}], {}) | {"id": "batch_1"}, body=BATCH if method == "POST" else b""
    )
    with pytest.raises(Refused) as caught:
        await entered(call, down=True)
    assert (caught.value.problem.kind, caught.value.problem.code) == (Kind.UNAVAILABLE, "store_unavailable")


async def test_what_is_deleted_is_nobodys():
    call = answered("DELETE", "/v1/files/file-1", {"id": "file-1", "deleted": True})
    assert await entered(call, kept("file-1"), kept("file-2")) == [kept("file-2")]


async def test_a_deletion_is_told_though_it_can_not_be_written_down():
    call = answered("DELETE", "/v1/files/file-1", {"id": "file-1", "deleted": True})
    assert await entered(call, kept("file-1"), down=True) == [kept("file-1")]


async def test_an_answer_that_names_no_object_is_the_providers_fault():
    with pytest.raises(Broken):
        await entered(answered("POST", "/v1/batches", {"object": "batch"}, body=BATCH))


# ---------------------------------------------------------------- answers that are kept, or not


@pytest.mark.parametrize(
    ("asks", "role", "is_kept"),
    [
        ({"store": True}, STORES, True),
        ({}, STORES, True),
        ({"store": None}, STORES, True),
        ({"store": False}, STORES, False),
        ({}, Role("caller", models=("*",)), False),
        ({"background": True, "store": False}, STORES, True),
    ],
)
async def test_an_answer_is_kept_as_its_provider_was_told(asks, role, is_kept):
    body = json.dumps({"model": "fast", "input": "hi", **asks}).encode()
    call = answered("POST", "/v1/responses", {"id": "resp_1"}, body=body, role=role)
    assert [one.id for one in await entered(call)] == (["resp_1"] if is_kept else [])


async def test_echo_keeps_nothing():
    body = b'{"model": "fast", "input": "hi", "store": true}'
    call = answered("POST", "/v1/responses", {"id": "resp_1"}, body=body, provider=ECHO)
    assert await entered(call) == []


ASKS = b'{"model": "fast", "input": "hi", "store": true, "stream": true}'
PING = b": ping\n\n"


async def test_a_stream_is_its_callers_before_a_byte_is_passed_on():
    reader = ResponsesStream()
    first = reader.feed(PING)
    incoming = FakeIncoming(PING, say.response_start() + say.response_text("one"), say.response_text("two"))
    call = answered("POST", "/v1/responses", body=ASKS, reader=reader, first=first, incoming=incoming)
    assert [one.id for one in await entered(call)] == ["resp_1"]
    assert call.served is not None
    assert call.served.first == PING + PING + say.response_start() + say.response_text("one")


@pytest.mark.parametrize(
    "chunks", [(say.response_text("one"),), (), (say.response_event("error", code="x"),)]
)
async def test_a_stream_that_names_nothing_is_nobodys_and_still_passed_on(chunks):
    call = answered(
        "POST", "/v1/responses", body=ASKS, reader=ResponsesStream(), incoming=FakeIncoming(*chunks)
    )
    assert await entered(call) == []
    assert call.served is not None
    assert call.served.first == b"".join(chunks)


async def test_a_call_that_keeps_nothing_asks_nobody():
    call = make_call()
    call.served = answered("GET", "/v1/files/file-1", b"{}").served
    assert await entered(call, down=True) == []


# ---------------------------------------------------------------- lists


def listing(items: list[str], query: str = "") -> tuple[Call, keep.Ask]:
    """A call whose provider has answered with its first page, and how it answers with the others."""
    call = answered("GET", "/v1/batches", query=query.encode())

    async def ask(call: Call, runtime: Runtime) -> None:
        assert call.asked is not None and call.served is not None
        pairs = dict(pair.split("=") for pair in call.asked.query.split("&"))
        told = page([{"id": item, "output_file_id": f"file-of-{item}"} for item in items], pairs)
        call.served.body = json.dumps(told).encode()

    return call, ask


async def listed(items: list[str], *rows: KeptObject, query: str = "") -> tuple[dict[str, Any], list[str]]:
    call, ask = listing(items, query)
    runtime = make_runtime(call.policy)
    await ask(call, runtime)
    after = await entered(call, *rows, ask=ask)
    assert call.served is not None
    return json.loads(call.served.body or b""), [one.id for one in after if one.kind == "file"]


async def test_a_list_has_ones_own_and_what_they_name_is_ones_own():
    items = [f"batch_{number}" for number in range(250)]
    mine = [kept("batch_3", kind="batch"), kept("batch_240", kind="batch")]
    told, files = await listed(items, *mine, kept("batch_4", "team:b", "batch"))
    assert ([item["id"] for item in told["data"]], told["has_more"]) == (["batch_3", "batch_240"], False)
    assert files == ["file-of-batch_3", "file-of-batch_240"]


async def test_who_owns_nothing_gets_an_empty_list():
    told, _ = await listed(["batch_1", "batch_2"], kept("batch_1", "team:b", "batch"))
    assert (told["data"], told["has_more"], told["last_id"]) == ([], False, None)


async def test_an_object_of_that_id_elsewhere_is_not_this_one():
    told, _ = await listed(["batch_1"], kept("batch_1", kind="batch", provider="other"))
    assert told["data"] == []


async def test_a_cursor_that_is_in_no_list_is_not_found():
    call = answered("GET", "/v1/responses/resp_1/input_items", page([{"id": "a"}], {}), query=b"after=b")
    with pytest.raises(Refused) as caught:
        await entered(call)
    problem = caught.value.problem
    assert (problem.kind, problem.code, problem.param) == (Kind.NOT_FOUND, "not_found", "after")


async def test_results_are_fetched_from_here():
    answer = {"id": "msgbatch_1", "results_url": "https://api.example/x"}
    call = answered("GET", "/v1/messages/batches/msgbatch_1", answer)
    await entered(call, kept("msgbatch_1", kind="message_batch"))
    assert call.served is not None
    assert json.loads(call.served.body or b"")["results_url"] == "/v1/messages/batches/msgbatch_1/results"


async def test_a_file_is_not_read_ahead():
    reader = Passing()
    first = reader.feed(b"one")
    call = answered(
        "GET", "/v1/files/file-1/content", reader=reader, first=first, incoming=FakeIncoming(hangs=True)
    )
    await entered(call, kept("file-1"))
    assert call.served is not None
    assert call.served.first == b"one"


def cleared(call: Call, profile: dict[str, Any], issued: Issued | None = None) -> Call:
    call.policy = make_policy(privacy=privacy(profile))
    protection = privacy(profile).protection_for(Facts())
    assert call.served is not None
    there = structs.replace(call.served.candidate, cleared=Cleared(protection, None, issued))
    call.served.candidate = there
    return call


ASKS = b'{"model": "m", "input": "hi", "store": true}'
ISSUED = Issued({"PERSON_1": "Ann Lee"})


async def test_what_placeholders_stand_for_is_kept_for_whoever_goes_on_with_the_answer():
    call = cleared(answered("POST", "/v1/responses", {"id": "resp_1"}, body=ASKS), {}, ISSUED)
    vault = FakeVault()
    await keep.enter(call, make_runtime(call.policy, vault=vault), never)
    assert vault.kept == {("team:a", "resp_1"): {"PERSON_1": "Ann Lee"}}
    empty = cleared(answered("POST", "/v1/responses", {"id": "resp_2"}, body=ASKS), {})
    await keep.enter(empty, make_runtime(call.policy, vault=vault), never)
    assert vault.kept["team:a", "resp_2"] == {}, "nothing was found, and that is known"
    masked = cleared(
        answered("POST", "/v1/responses", {"id": "resp_3"}, body=ASKS), {"entities": {"default": "mask"}}
    )
    await keep.enter(masked, make_runtime(call.policy, vault=vault), never)
    assert ("team:a", "resp_3") not in vault.kept


async def test_an_answer_whose_placeholders_can_not_be_kept_is_withheld():
    call = cleared(answered("POST", "/v1/responses", {"id": "resp_1"}, body=ASKS), {}, ISSUED)
    with pytest.raises(Refused) as caught:
        await keep.enter(call, make_runtime(call.policy, vault=FakeVault(down=True)), never)
    assert caught.value.problem.kind is Kind.UNAVAILABLE


async def test_of_a_deleted_answer_nothing_is_kept():
    deleted = {"id": "resp_1", "object": "response", "deleted": True}
    call = cleared(answered("DELETE", "/v1/responses/resp_1", deleted), {})
    vault = FakeVault({("team:a", "resp_1"): {"PERSON_1": "Ann Lee"}})
    await keep.enter(call, make_runtime(call.policy, vault=vault), never)
    assert vault.kept == {}
