"""What calls used and cost: of all teams, of one's own, of single people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gateway.admin.actor import Actor
from gateway.admin.audit import may_see_names, teams_of
from gateway.admin.desk import Desk, invalid
from gateway.admin.rights import forbidden
from gateway.admin.usage_bodies import Figures, UsageAsked, UsageLine, UsageReport
from gateway.stores.usages import DIMENSIONS, Dimension, SqlUsages, Sums, UsageFilter, UsageRow
from gateway.usage import dollars

_MOST_LINES: Final = 20_000


@dataclass(frozen=True, slots=True)
class UsageAdministration:
    """Blocks. Who may read only what is their own team's is told of that team, and of those below it."""

    desk: Desk

    def report(self, actor: Actor, asked: UsageAsked) -> UsageReport:
        """Refuses with 403 to tell of single people without `usage:read_people`, with 400 more than 20,000 lines."""
        where = self.desk.reach(actor, "usage:read")
        by = dimensions(asked.by)
        if "user" in by and not may_see_names(self.desk, actor, where):
            raise forbidden("usage:read_people", "asking by user needs 'usage:read_people'")
        wanted = UsageFilter(asked.since, asked.until, teams_of(where))
        rows = SqlUsages(self.desk.installation.database.engine).by(by, wanted, _MOST_LINES + 1)
        if len(rows) > _MOST_LINES:
            raise invalid(f"more than {_MOST_LINES} lines: ask by less, or of a shorter time", "by")
        total = Sums()
        for row in rows:
            total = total.plus(row.sums)
        return UsageReport(lines=list(self._lines(by, rows)) if by else [], total=figures(total))

    def _lines(self, by: tuple[Dimension, ...], rows: Iterable[UsageRow]) -> Iterable[UsageLine]:
        subjects, names = self.desk.installation.subjects, dict[str, str | None]()
        for row in rows:
            of: dict[str, str | None] = dict(zip(by, row.of, strict=True))
            pseudonym = of.get("user")
            if "user" in by:
                if pseudonym is not None and pseudonym not in names:
                    names[pseudonym] = subjects.name_of(pseudonym)
                of["user_name"] = None if pseudonym is None else names[pseudonym]
            yield UsageLine(of=of, figures=figures(row.sums))


def dimensions(text: str) -> tuple[Dimension, ...]:
    """Of `team,model`; each once."""
    wanted = dict.fromkeys(text.split(","))
    return tuple(name for one in wanted for name in DIMENSIONS if name == one)


def figures(sums: Sums) -> Figures:
    """Sums as they are told: money as exact dollars, shares with four decimals."""
    used = sums.used or 1
    return Figures(
        calls=sums.calls,
        refused=sums.refused,
        input_tokens=sums.input_tokens,
        output_tokens=sums.output_tokens,
        cache_read_tokens=sums.cache_read_tokens,
        cache_write_tokens=sums.cache_write_tokens,
        cache_write_1h_tokens=sums.cache_write_1h_tokens,
        reasoning_tokens=sums.reasoning_tokens,
        audio_input_tokens=sums.audio_input_tokens,
        audio_output_tokens=sums.audio_output_tokens,
        images=sums.images,
        cost_usd=dollars(sums.cost),
        corrected_usd=dollars(sums.corrected),
        recomputed=sums.recomputed,
        used=sums.used,
        estimated=sums.estimated,
        unpriced=sums.unpriced,
        estimated_share=round(sums.estimated / used, 4),
        unpriced_share=round(sums.unpriced / used, 4),
        reserved_usd=dollars(sums.reserved),
        settled_usd=dollars(sums.settled),
    )
