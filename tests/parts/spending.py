"""Calls with figures, in a database: for the tests of usage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from gateway.stores.archive import SqlArchive
from gateway.stores.interfaces import NO_OUTCOME, IntentColumns, Position, Shipment, call_row

NOON = "2026-11-20T12:00:00.000Z"


@dataclass(frozen=True)
class Spent:
    """One call. `usd` are nano-dollars; None with `tokens`: no price was known. `tokens` None: nothing was used."""

    id: str
    at: str = NOON
    team: str | None = "support"
    user: str | None = None
    model: str = "fast"
    target: str = "openai/gpt-5-mini"
    tokens: tuple[int, int] | None = (1000, 100)
    usd: int | None = 450_000
    version: str | None = "genai-prices 0 2026-11-20"
    figures: tuple[tuple[str, object], ...] = ()

    def row(self) -> tuple[object, ...]:
        intent = IntentColumns(
            *(self.id, "w1", 1, self.at, self.user, self.team, "key_1", None, "caller", None),
            *("chat", self.model, False, "rev-1", None, None),
        )
        used, generated = self.tokens or (None, None)
        outcome = NO_OUTCOME._replace(
            outcome_seq=2,
            ended_at=self.at,
            ending="complete" if self.tokens else "refused",
            provider=self.target.partition("/")[0] if self.tokens else None,
            target=self.target if self.tokens else None,
            input_tokens=used,
            output_tokens=generated,
            cost_nano_usd=self.usd if self.tokens else None,
            price_version=self.version if self.tokens else None,
        )
        return call_row(intent, outcome._replace(**dict(self.figures)))  # type: ignore[arg-type]


def spend(engine: Engine, calls: Sequence[Spent]) -> None:
    """Into the table of calls, without entries."""
    archive = SqlArchive(engine, now_ms=lambda: 0)
    seq = archive.position("w1").seq
    rows = [one.row() for one in calls]
    assert archive.ship(Shipment("w1", Position(seq + 1, ""), [], rows), seq)
