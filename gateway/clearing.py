"""What becomes of the texts of a request under the privacy rules about it. Pure: spans in, what may be sent out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from gateway.call import Cleared
from gateway.dialects.interface import Asked
from gateway.errors import GatewayError, Kind, Problem, Refused
from gateway.policy.protection import Protection
from gateway.privacy.placeholders import Issued
from gateway.privacy.profile import Profile, looked_for
from gateway.privacy.replacement import Replaced, replace
from gateway.privacy.spans import Span
from gateway.reading import Reading

Found = Sequence[tuple[Span, ...]]
"""Of each text what was found in it."""

_HISTORY: Final = frozenset({"response", "conversation"})
"""Kinds of what a provider keeps of a conversation: placeholders of earlier turns are in it."""
_MOST_NAMED: Final = 8


class Verdict(Struct, frozen=True):
    """Either what is `cleared` to be sent, or why it is `refused`. `notes` are a verdict and a reason each."""

    cleared: Cleared | None = None
    refused: Refused | None = None
    notes: tuple[tuple[str, str], ...] = ()


class Clearing:
    """Of one request. Each protection is judged once."""

    def __init__(
        self,
        asked: Asked,
        reading: Reading,
        found: Mapping[Profile, Found | GatewayError],
        key: bytes,
        *,
        keeps: bool,
        before: Issued | None = None,
    ) -> None:
        """`found` by what was looked for, an error where it was not read. `key` is the tenant's, for hashes.
        `keeps`: the request is about what a provider keeps, and asks for no answer. `before`: the placeholders of
        the earlier turns that a provider keeps, where they are known."""
        self._asked = asked
        self._reading = reading
        self._found = found
        self._key = key
        self._keeps = keeps
        self._before = before
        self._verdicts: dict[Protection, Verdict] = {}

    @property
    def failed(self) -> bool:
        return any(isinstance(found, GatewayError) for found in self._found.values())

    @property
    def counts(self) -> dict[str, int]:
        """By type, what was found by whoever found most of it."""
        highest: Counter[str] = Counter()
        for found in self._found.values():
            if not isinstance(found, GatewayError):
                highest |= Counter(span.type for spans in found for span in spans)
        return dict(sorted(highest.items()))

    def judge(self, asked_for: Iterable[Protection]) -> None:
        """All of them now: of a long request that takes a while, and may be done in a thread."""
        for protection in asked_for:
            self.of(protection)

    def of(self, protection: Protection) -> Verdict:
        verdict = self._verdicts.get(protection)
        if verdict is None:
            verdict = self._verdicts[protection] = self._judged(protection)
        return verdict

    def _judged(self, protection: Protection) -> Verdict:
        found: Found | GatewayError = ()
        if protection.entities:
            found = self._found[looked_for(protection)]
        if isinstance(found, GatewayError):
            return self._not_read(protection, found)
        unread, rule = self._reading.unread, "+".join(protection.rules)
        if unread and protection.unread == "block":
            message = f"it holds what can't be read for personal data: {_few(unread)}"
            return _barred(Kind.FORBIDDEN, rule, message, "privacy_blocked")
        if protection.redacts and not self._keeps and (held := self._unknown_history()) is not None:
            message = (
                "what stands for names in the earlier turns is not known here: send the whole conversation"
            )
            return _barred(Kind.INVALID_REQUEST, rule, message, "privacy_history", held)
        told = replace(
            self._reading.texts,
            found or [()] * len(self._reading.texts),
            protection.actions,
            key=self._key,
            fixed=self._reading.fixed,
            before=self._before if protection.redacts else None,
        )
        if told.blocked:
            message = f"it holds what may not go to this provider: {_few(told.blocked)}"
            return _barred(Kind.FORBIDDEN, rule, message, "privacy_blocked")
        if told.kept and protection.unread == "block":
            message = (
                f"what is signed or compared may not be written anew, and holds {_few(sorted(told.kept))}"
            )
            return _barred(Kind.FORBIDDEN, rule, message, "privacy_blocked")
        return Verdict(self._written(protection, told), notes=_notes(protection, told, unread))

    def _written(self, protection: Protection, told: Replaced) -> Cleared:
        asked = self._reading.written(told.texts)
        return Cleared(
            protection,
            None if asked is self._asked else asked,
            told.issued if len(told.issued) else None,
        )

    def _unknown_history(self) -> str | None:
        """The field that refers to it."""
        return None if self._before is not None else next(iter(history(self._asked)), None)

    def _not_read(self, protection: Protection, fault: GatewayError) -> Verdict:
        why = getattr(fault, "why", "failed")
        if protection.fails_open:
            return Verdict(Cleared(protection), notes=(("flag", f"not read: {why}; on_failure allows it"),))
        message = "what it holds could not be read for personal data, so it is not sent"
        if why == "too_long":
            return _barred(Kind.TOO_LARGE, "too_long", f"{message}: a text is too long", "privacy_unread")
        return _barred(Kind.UNAVAILABLE, why, message, "privacy_unavailable")


def history(asked: Asked) -> dict[str, str]:
    """What a request goes on with that a provider keeps: ids by the fields that name them."""
    return {one.param: one.id for one in asked.held if one.kind in _HISTORY}


def _notes(protection: Protection, told: Replaced, unread: Sequence[str]) -> tuple[tuple[str, str], ...]:
    notes: list[tuple[str, str]] = []
    if told.counts:
        by_action: dict[str, dict[str, int]] = {}
        for kind, count in sorted(told.counts.items()):
            by_action.setdefault(protection.actions.of(kind).value, {})[kind] = count
        notes.append(("change", "; ".join(f"{action} {counted(by_action[action])}" for action in by_action)))
    if told.flagged:
        notes.append(("flag", counted(told.flagged)))
    if told.kept:
        notes.append(("flag", f"signed or compared, so sent as it is: {counted(told.kept)}"))
    if unread and protection.unread == "flag":
        notes.append(("flag", f"not read: {_few(unread)}"))
    return tuple(notes or [("allow", "")])


def counted(counts: Mapping[str, int]) -> str:
    """`EMAIL 2, PERSON 1`."""
    return ", ".join(f"{kind} {count}" for kind, count in counts.items())


def _few(names: Iterable[str]) -> str:
    names = [name[:64] for name in names]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _barred(kind: Kind, rule: str, message: str, code: str, param: str | None = None) -> Verdict:
    retry = None if kind is Kind.UNAVAILABLE else False
    problem = Problem(kind, message, code=code, param=param, should_retry=retry)
    return Verdict(refused=Refused(problem, stage="inspect", rule=rule))
