"""What a provider does in a journey, for each API and form."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Literal

from tests.journeys.voices import VOICES, Voice
from tests.parts.scripted_upstream import STREAM_END, STREAM_HEAD, Ask, Script, answer, piece

JSON_TYPE = "content-type: application/json\r\n"
LONG = 10_000

Then = Literal["", "closes", "resets", "hangs"]

Play = Callable[[Voice, bool], Script]
"""(API, streamed) → what the provider does."""


def completes(voice: Voice, stream: bool) -> Script:
    async def script(ask: Ask) -> None:
        if stream:
            await ask.send(STREAM_HEAD + piece(voice.begin + voice.text("one")))
            await ask.send(piece(voice.text("two")))
            await ask.send(piece(voice.end) + STREAM_END)
        else:
            await ask.send(answer(json.dumps(voice.answer("one")).encode(), headers=JSON_TYPE))

    return script


def answers(status: str, headers: str = "") -> Play:
    """An error of the provider's family, with a secret that no caller may see."""

    def play(voice: Voice, _: bool) -> Script:
        body = json.dumps(voice.error("words of the provider")).encode()
        return _says(answer(body, status, JSON_TYPE + headers))

    return play


def says(data: bytes, *, then: Then = "") -> Play:
    """Raw bytes instead of an answer."""
    return lambda *_: _says(data, then)


def breaks_off(then: Then, *, after: bytes = b"") -> Play:
    """A begun answer that never ends: two pieces of a stream, or half of a body."""

    def play(voice: Voice, stream: bool) -> Script:
        if stream:
            pieces = piece(voice.begin + voice.text("one")) + piece(voice.text("two"))
            return _says(STREAM_HEAD + pieces + after, then)
        whole = answer(json.dumps(voice.answer("one")).encode(), headers=JSON_TYPE)
        return _says(whole[:-20], then)

    return play


def reports_an_error(voice: Voice, _: bool) -> Script:
    said = piece(voice.begin + voice.text("one")) + piece(voice.broken)
    return _says(STREAM_HEAD + said + STREAM_END)


def reports_an_error_and_hangs(voice: Voice, _: bool) -> Script:
    return _says(STREAM_HEAD + piece(voice.begin + voice.text("one") + voice.broken), "hangs")


def begins_with_an_error(voice: Voice, _: bool) -> Script:
    """And says nothing more."""
    return _says(STREAM_HEAD + piece(voice.broken), "hangs")


def ends_without_terminator(voice: Voice, _: bool) -> Script:
    said = piece(voice.begin + voice.text("one")) + piece(voice.text("two"))
    return _says(STREAM_HEAD + said + STREAM_END)


def pours(voice: Voice, _: bool) -> Script:
    """Without an end, as fast as it is read."""

    async def script(ask: Ask) -> None:
        await ask.send(STREAM_HEAD + piece(voice.begin + voice.text("one")))
        while not ask.peer.gone.is_set():
            await ask.send(piece(voice.text("one" * LONG)))
            await asyncio.sleep(0)  # the loop must get to say that the other side has gone

    return script


def _says(data: bytes, then: Then = "") -> Script:
    async def script(ask: Ask) -> None:
        await ask.send(data)
        if then == "closes":
            ask.close()
        elif then == "resets":
            ask.reset()
        elif then == "hangs":
            await ask.gone()

    return script


async def either_completes(ask: Ask) -> None:
    """Answers whichever API and form it was asked in."""
    voice = next(voice for voice in VOICES if voice.is_asked(ask.path))
    await completes(voice, "alt=sse" in ask.path or bool(json.loads(ask.body).get("stream")))(ask)
