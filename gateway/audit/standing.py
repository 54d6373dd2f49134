"""How the signing of the log stands, as administrators are told of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnchorState:
    """`place` is a file, or the host of an address. `kept`: the time in the newest statement that it has. `fault`:
    why it has not got the one after."""

    place: str
    kept: str | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class NotaryState:
    """`signed_at_ms`: when the newest checkpoint was made. `fault`: why the last try failed."""

    signed_at_ms: int | None = None
    fault: str | None = None
    anchors: tuple[AnchorState, ...] = ()

    @property
    def healthy(self) -> bool:
        return self.fault is None and all(one.fault is None for one in self.anchors)
