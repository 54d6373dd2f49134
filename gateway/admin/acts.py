"""What administrators did, as it is recorded: before it is done, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from gateway.admin.actor import Actor
from gateway.errors import GatewayError, Refused

ActEnding = Literal["done", "refused", "failed"]
"""`refused`: nothing was changed, and why is said; `failed`: it may or may not have been."""


@dataclass(frozen=True, slots=True)
class Act:
    """`name` is its object and verb (keys.create); `about` what it is done to and with, in JSON types: never a
    secret, and a person's name only under `user`. `team` is whose that is, None: everybody's or nobody's.
    `policy` is the revision that judged, "" where none did."""

    id: str
    at_ms: int
    actor: Actor
    name: str
    about: Mapping[str, Any] = field(default_factory=dict)
    team: str | None = None
    policy: str = ""


class Acts(Protocol):
    """Where acts are recorded. Blocks: for threads and the command line."""

    def record(self, act: Act) -> None:
        """Durable when this returns. Raises SpoolUnavailable: then the act must not be done."""
        ...

    def ended(self, act: Act, ending: ActEnding, result: Mapping[str, Any]) -> None:
        """How it ended: `result` holds what is known only then, or `code` and `message` of the refusal.
        Raises nothing: the act is done, and its record is there."""
        ...


@contextmanager
def recorded(acts: Acts, act: Act) -> Iterator[dict[str, Any]]:
    """The act is done inside; what is put into the yielded mapping becomes its result."""
    acts.record(act)
    result: dict[str, Any] = {}
    try:
        yield result
    except Refused as refused:
        acts.ended(act, "refused", {"code": refused.problem.code, "message": refused.problem.message})
        raise
    except GatewayError as error:
        acts.ended(act, "failed", {"message": str(error)})
        raise
    except BaseException:
        acts.ended(act, "failed", {})
        raise
    acts.ended(act, "done", result)
