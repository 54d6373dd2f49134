"""Puts acts into the audit log: people become pseudonyms, and nothing that looks like a key is written.

The same for a running gateway, whose entries go through its spool (`through`), and for the command line,
whose entries go straight into the database (gateway.audit.direct).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.admin import acts
from gateway.admin.actor import Actor
from gateway.audit.appended import Appended
from gateway.audit.entry import Act, Acted, Administrator, Entry, Fact, time_text
from gateway.credentials import PREFIX
from gateway.errors import GatewayError, SpoolUnavailable
from gateway.journal import LogJournal
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.pseudonyms import Subjects

_LONGEST: Final = 256
_PERSON: Final = "user"
"""The one fact that may be a person's name."""
_KEY: Final = "key"
_ID_OF_A_KEY: Final = re.compile(r"(key_|policy:)[0-9A-Za-z_.-]{1,200}")
_NO_ID: Final = "no id"
_LIKE_A_KEY: Final = re.compile(rf"{PREFIX}[0-9A-Za-z]{{16,}}")
_WAIT_S: Final = 30.0

Append = Callable[[Entry], None]
"""Blocks until the entry is durable; SpoolUnavailable if it can't be made so."""


@dataclass(frozen=True, slots=True)
class Recorder:
    """gateway.admin.acts.Acts. Blocks."""

    append: Append
    subjects: Subjects
    now_ms: Callable[[], int]
    journal: LogJournal

    def record(self, act: acts.Act) -> None:
        try:
            entry = Act(
                id=act.id,
                at=time_text(act.at_ms),
                who=self._who(act.actor),
                act=act.name,
                about=self._facts(act.about),
                team=None if act.team is None else _text(act.team),
                policy=act.policy,
            )
        except StoreUnavailable as error:
            raise SpoolUnavailable(f"what you do can't be recorded now: {error}") from error
        self.append(entry)

    def ended(self, act: acts.Act, ending: acts.ActEnding, result: Mapping[str, Any]) -> None:
        done = ending == "done"
        try:
            self.append(
                Acted(
                    id=act.id,
                    ended_at=time_text(self.now_ms()),
                    ending=ending,
                    # A message may quote a name; its code says as much.
                    reason=None if done else result.get("code"),
                    about=self._facts(result) if done else {},
                )
            )
        except GatewayError as error:  # the next boot says that it was interrupted
            self.journal.fault("recording how an act ended", act.id, error)

    def _who(self, actor: Actor) -> Administrator:
        kind = "os_user" if actor.proof == "os" else "user"
        return Administrator(
            auth=actor.proof,
            key=actor.key,
            user=self._pseudonym(kind, actor.user),
            sudo_user=self._pseudonym("os_user", actor.sudo_user),
            team=actor.team,
            roles=actor.roles,
            network=actor.network,
        )

    def _pseudonym(self, kind: str, name: str | None) -> str | None:
        return None if name is None else self.subjects.pseudonym(kind, name)

    def _facts(self, about: Mapping[str, Any]) -> dict[str, Fact]:
        return {name: self._told(name, about[name]) for name in sorted(about)}

    def _told(self, name: str, value: Any) -> Fact:
        if name == _PERSON:
            return self._pseudonym("user", value)
        if name == _KEY and _ID_OF_A_KEY.fullmatch(str(value)) is None:
            return _NO_ID  # whatever somebody gave in its place: a key, or somebody's name
        return _fact(value)


def through(append: Callable[[Entry], Appended], loop: asyncio.AbstractEventLoop) -> Append:
    """For threads beside a running gateway's loop: its audit log's `append`, waited for."""

    async def durable(entry: Entry) -> None:
        await append(entry)

    def wait(entry: Entry) -> None:
        waiting = durable(entry)
        try:
            future = asyncio.run_coroutine_threadsafe(waiting, loop)
        except RuntimeError as error:
            waiting.close()
            raise SpoolUnavailable("the gateway is shutting down") from error
        try:
            future.result(_WAIT_S)
        except TimeoutError as error:
            raise SpoolUnavailable("the audit log does not answer") from error

    return wait


def _fact(value: Any) -> Fact:
    if value is None or isinstance(value, bool | int):
        return value
    return tuple(map(_text, value)) if isinstance(value, list | tuple) else _text(value)


def _text(value: object) -> str:
    """As far as an id or a name reaches, and no key that somebody gave for one."""
    whole = str(value).encode("utf-8", "replace").decode()
    return _LIKE_A_KEY.sub(f"{PREFIX}…", whole)[:_LONGEST]
