"""A streamed answer under guards, event by event.

::

    StreamReader ── whole events ──► the pieces of text in each ──► guards for each text ──► events
                                                                          │ what a text that ends
                                                                          └ had held: an event before

While a text is held back its events pass without it: nobody waits for a first byte. What repeats a text that was told
in pieces is read as a whole. Probabilities of tokens repeat a text too: where a guard may hold or change it, they are
left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

import msgspec

from gateway.guards.part import Chain, Part, Stop, Tally, Vetting
from gateway.guards.verdict import redacted, utf8_bytes
from gateway.guards.window import part_of
from gateway.privacy.placeholders import Issued
from gateway.privacy.text_leaves import Leaves
from gateway.streams.json_array import ArraySplitter
from gateway.streams.restore import Counts, TextRestorer
from gateway.streams.restore_deltas import Channel, Deltas, Event, Slot, Told
from gateway.streams.restore_json import JsonRestorer
from gateway.streams.restore_stream import Inner, RestoringStream, Texts
from gateway.streams.sse import Splitter

_NOTHING: Final = Issued({})
_REPEATED: Final = b"ogprobs"
_KNOWN: Final = frozenset(
    "index delta finish_reason stop_reason logprobs text role content refusal reasoning_content reasoning tool_calls "
    "function_call audio".split()
)
"""Of a choice of chat and completions, and of what is new in it."""
_THINKING: Final = "thinking"
_SAID: Final = frozenset({"content", "text", "response.output_text.delta"})
"""By what channels of the answer itself are known."""


class _Document(JsonRestorer):
    """A JSON document in pieces: each string of it is a text of its own."""

    def __init__(self, part: Part) -> None:
        super().__init__(_NOTHING, Counts())
        self._text = cast(TextRestorer, part)


class GuardedTexts(Texts):
    """As Texts, with guards in the place of what puts values back."""

    __slots__ = ("_holds", "_readers", "_stop", "_tallies", "_vetting")

    def __init__(self, deltas: Deltas, vetting: Vetting, stop: Stop) -> None:
        super().__init__(deltas, _NOTHING, Counts())
        self._vetting = vetting
        self._tallies = tallies = vetting.tallies
        self._readers: dict[Channel, list[Tally]] = {}
        self._stop = stop
        self._holds = any(tally.guard.rule.action != "flag" for tally in tallies)

    def event(self, head: bytes, data: bytes) -> list[tuple[bytes, bytes]] | None:
        try:
            told = msgspec.json.decode(data)
        except (ValueError, RecursionError):
            return [*self.end(()), (head, data)] if self._open else None
        if not isinstance(told, dict):
            return None
        changed = self._holds and _REPEATED in data and without_probabilities(told)
        parts = self._deltas.read(told)
        _read_thinking(told, parts)
        parts.values += _others(told)
        changed = self._feed(parts, head, data) or changed
        before: list[tuple[bytes, bytes]] = []
        for ending in parts.ends:
            changed = self._append(ending, parts) or changed
            before += self.end(ending)
        said = msgspec.json.encode(told) if changed else data
        if parts.whole:
            return [*before, (head, self._whole(said))]
        return [*before, (head, said)] if changed or before else None

    def _feed(self, parts: Told, head: bytes, data: bytes) -> bool:
        changed = False
        for slot in parts.slots:
            text = self._texts.get(slot.channel)
            if text is None:
                text = self._texts[slot.channel] = self._text_of(slot.channel, json=slot.json)
            came = slot.holder[slot.key]
            self._count(came, self._readers[slot.channel])
            said = text.feed(came)
            if said != came:
                slot.holder[slot.key] = said
                changed = True
            if text.held:
                self._open[slot.channel] = head, data
            elif self._open:
                self._open.pop(slot.channel, None)
        for holder, key in parts.values:
            came = msgspec.json.encode(holder[key])
            self._count(came.decode(), [tally for tally in self._tallies if tally.guard.finds is not None])
            value = msgspec.json.decode(self._whole(came))
            if value != holder[key]:
                holder[key] = value
                changed = True
        return changed

    def _text_of(self, channel: Channel, *, json: bool) -> TextRestorer | JsonRestorer:
        said = not json and channel[-1] in _SAID
        fixed = channel[-1] == _THINKING
        parts = [(tally, part_of(tally, self._stop, said=said, fixed=fixed)) for tally in self._tallies]
        made = [part for _, part in parts if part is not None]
        self._readers[channel] = [tally for tally, part in parts if part is not None]
        if said and self._vetting.gathered is not None:
            made.append(self._vetting.gathered)
        chain = Chain(made)
        return _Document(chain) if json else cast(TextRestorer, chain)

    def _alone(self, data: bytes, channel: Channel, text: str) -> bytes:
        if channel[-1] != _THINKING:
            return super()._alone(data, channel, text)
        delta = {"type": "thinking_delta", "thinking": text}
        return msgspec.json.encode({"type": "content_block_delta", "index": channel[0], "delta": delta})

    def _count(self, text: str, readers: Sequence[Tally]) -> None:
        size = utf8_bytes(text)
        self._vetting.total_bytes += size
        for tally in readers:
            tally.read_bytes += size

    def _whole(self, data: bytes) -> bytes:
        """What stands there as a whole, or was told in pieces and is repeated: it counts once."""
        leaves = Leaves(data, self._deltas.rules)
        texts = list(leaves.texts)
        for tally in self._tallies:
            finds, action = tally.guard.finds, tally.guard.rule.action
            for number, text in enumerate(texts):
                found = () if finds is None else finds.find(text)
                if not found:
                    continue
                for kind in {finding.type for finding in found} - tally.found.keys():
                    tally.found[kind] = 1
                if action == "block" or (action == "redact" and number in leaves.fixed):
                    raise self._stop(tally)
                if action == "redact":
                    texts[number] = redacted(text, found)
        return leaves.written(texts)


class GuardedStream(RestoringStream):
    """A StreamReader over another one whose events are of `deltas`' API. Raises what `stop` makes, before what may not
    pass has passed."""

    __slots__ = ("_stopped",)

    def __init__(
        self,
        inner: Inner,
        deltas: Deltas,
        vetting: Vetting,
        stop: Stop,
        *,
        array: bool = False,
    ) -> None:
        self._inner = inner
        self._texts = GuardedTexts(deltas, vetting, stop)
        self._splitter: Splitter | ArraySplitter = ArraySplitter() if array else Splitter()
        self._end = None
        self._stopped = False

    def told(self, data: bytes) -> bytes:
        try:
            return super().told(data)
        except Exception:
            self._stopped = True
            raise

    @property
    def terminator(self) -> bytes:
        """Nothing, once it was stopped."""
        if self._stopped:
            return b""
        try:
            return super().terminator
        except Exception:
            self._stopped = True
            raise


def without_probabilities(told: object) -> bool:
    """Leave them out, wherever they stand. Whether there were any."""
    changed = False
    if isinstance(told, list):
        return any(list(map(without_probabilities, told)))
    if not isinstance(told, dict):
        return False
    for name, value in told.items():
        if name in ("logprobs", "logprobsResult", "top_logprobs") and value:
            told[name] = [] if isinstance(value, list) else None
            changed = True
        elif isinstance(value, dict | list):
            changed = without_probabilities(value) or changed
    return changed


def _read_thinking(told: Event, parts: Told) -> None:
    """Signed by what follows it: it is read, and may be held back, but it is never rewritten."""
    delta = told.get("delta")
    if told.get("type") != "content_block_delta" or not isinstance(delta, dict):
        return
    channel = (told.get("index"), _THINKING)
    if isinstance(delta.get("thinking"), str):
        parts.slots.append(Slot(delta, "thinking", channel))
    elif "signature" in delta:
        parts.ends.append(channel)


def _others(told: Event) -> list[tuple[dict[str, Any], str]]:
    """Members of choices that nobody knows: read as a whole, like all that is unknown."""
    found: list[tuple[dict[str, Any], str]] = []
    choices = told.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        for holder in (choice, choice.get("delta")) if isinstance(choice, dict) else ():
            if isinstance(holder, dict) and not holder.keys() <= _KNOWN:
                found += [
                    (holder, name)
                    for name in holder.keys() - _KNOWN
                    if isinstance(holder[name], str | dict | list)
                ]
    return found
