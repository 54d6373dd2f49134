"""The ending matrix as data: what the provider does, what the caller does, and what must come of it."""

from __future__ import annotations

from typing import Any

from gateway.credentials import mint
from tests.journeys.plays import (
    Play,
    answers,
    begins_with_an_error,
    breaks_off,
    completes,
    ends_without_terminator,
    pours,
    reports_an_error,
    reports_an_error_and_hangs,
    says,
)
from tests.journeys.scenes import (
    Act,
    Connection,
    Row,
    Whose,
    leaves_midstream,
    leaves_once_the_provider_works,
    leaves_while_asking,
    stops_reading,
)
from tests.parts.scripted_upstream import STREAM_END, STREAM_HEAD, answer

JSON, STREAM = ("json",), ("stream",)

_hangs = says(b"", then="hangs")
_breaks = breaks_off("hangs")
_elsewhere = answer(b"", "307 There", "location: http://127.0.0.1:1/\r\n")
_unknown_key = {"authorization": f"Bearer {mint(bytes(32))}"}
_slow_down = (("retry-after", "7"),)


def _refused(name: str, status: int, **more: Any) -> Row:
    """The gateway says no: the provider is never asked."""
    return Row(name, "refused", None, status, **more)


def _failed(
    name: str, play: Play | None, status: int, result: str, connection: Connection, **more: Any
) -> Row:
    """The provider fails before the first byte of an answer was passed on."""
    return Row(name, "upstream_error", play, status, (result,), "none", connection, **more)


def _cut(name: str, play: Play, usage: Whose = "estimated", **more: Any) -> Row:
    """The connection breaks while the provider may be at work, before anything was passed on. One that was kept from an
    earlier call is taken to have been closed before that."""
    return Row(name, "upstream_error", play, 502, ("broken",), usage, "closed", **more)


def _broke(name: str, play: Play, connection: Connection) -> Row:
    """The provider fails in the middle of a stream."""
    return Row(
        name,
        "upstream_error_midstream",
        play,
        200,
        ("ok",),
        "estimated",
        connection,
        forms=STREAM,
        midstream=True,
    )


def _left(name: str, play: Play, result: str, act: Act, forms: tuple[str, ...]) -> Row:
    """The caller goes, or stops reading, while the provider works."""
    return Row(name, "client_gone", play, None, (result,), "estimated", "closed", act, forms=forms)


def _late(
    name: str, play: Play, result: str, limit: str, forms: tuple[str, ...], *, midstream: bool = False
) -> Row:
    """One of the policy's `timeouts` runs out."""
    return Row(
        name,
        "timeout",
        play,
        200 if midstream else 504,
        (result,),
        "estimated",
        "closed",
        model=limit,
        forms=forms,
        midstream=midstream,
    )


COMPLETE = Row("complete", "complete", completes, 200, ("ok",), "reported", "kept")

MATRIX = (
    COMPLETE,
    # ------------------------------------------------ refused, at each stage
    _refused("no_key", 401, headers={"authorization": ""}),
    _refused("an_unknown_key", 401, headers=_unknown_key, forms=JSON),
    _refused("an_encoded_body", 415, headers={"content-encoding": "gzip"}),
    _refused("a_body_that_is_no_json", 400, body=b"{", forms=JSON),
    _refused("a_body_too_large", 413, body=b" " * 4097, forms=JSON),
    _refused("a_foreign_use_case", 403, headers={"x-gateway-use-case": "theirs"}),
    _refused("a_forbidden_model", 403, model="denied"),
    _refused("an_unknown_model", 404, model="unheard_of"),
    _refused("a_region_out_of_bounds", 403, model="abroad"),
    # ------------------------------------------------ upstream, before the first byte
    _failed("nobody_listens", None, 502, "not_connected", "none", model="dead"),
    _failed("500", answers("500 Oops"), 502, "500", "kept"),
    _failed("401_of_the_provider", answers("401 No"), 502, "401", "kept"),
    _failed(
        "429_with_retry_after",
        answers("429 Slow", "retry-after: 7\r\n"),
        429,
        "429",
        "kept",
        answer_headers=_slow_down,
    ),
    _failed("529", answers("529 Busy"), 529, "529", "kept"),
    _failed("400_verbatim", answers("400 Bad"), 400, "400", "kept"),
    _cut("reset", says(b"", then="resets"), usage="either"),
    _cut("closed", says(b"", then="closes"), usage="either"),
    _cut("garbage", says(b"\0\1garbage\r\n\r\n")),
    _failed("redirect", says(_elsewhere), 502, "broken", "kept"),
    _failed("an_empty_stream", says(STREAM_HEAD + STREAM_END), 502, "broken", "kept", forms=STREAM),
    _cut("a_chunk_of_garbage", breaks_off("hangs", after=b"zz\r\n"), forms=STREAM),
    _failed("an_error_event_first", begins_with_an_error, 502, "error_event:502", "closed", forms=STREAM),
    _cut("half_a_body", breaks_off("closes"), forms=JSON),
    # ------------------------------------------------ upstream, after the first byte
    _broke("a_stream_cut", breaks_off("closes"), "closed"),
    _broke("a_stream_reset", breaks_off("resets"), "closed"),
    _broke("a_chunk_cut_short", breaks_off("closes", after=b"ff\r\ndata: {"), "closed"),
    _broke("an_error_event", reports_an_error, "kept"),
    _broke("an_error_event_and_silence", reports_an_error_and_hangs, "closed"),
    _broke("an_end_without_a_terminator", ends_without_terminator, "kept"),
    # ------------------------------------------------ the caller is gone
    Row("leaves_while_asking", "client_gone", None, None, act=leaves_while_asking, forms=JSON),
    _left("leaves_before_the_headers", _hangs, "cancelled", leaves_once_the_provider_works, (*JSON, *STREAM)),
    _left("leaves_in_the_body", _breaks, "cancelled", leaves_once_the_provider_works, JSON),
    _left("leaves_a_stream_that_waits", _breaks, "ok", leaves_midstream, STREAM),
    _left("leaves_a_stream_that_pours", pours, "ok", leaves_midstream, STREAM),
    _left("stops_reading", pours, "ok", stops_reading, STREAM),
    # ------------------------------------------------ a time limit
    _late("first_byte", _hangs, "timeout:first_byte", "first_byte", STREAM),
    _late("idle_in_the_body", _breaks, "timeout:idle", "idle", JSON),
    _late("idle_in_the_stream", _breaks, "ok", "idle", STREAM, midstream=True),
    _late("total_before_the_headers", _hangs, "timeout:total", "total", JSON),
    _late("total_in_the_stream", pours, "ok", "total", STREAM, midstream=True),
)
