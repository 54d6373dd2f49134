"""What is asked of calls, as SQL: which of them, in which order, and what they come to."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, or_

from gateway.stores.interfaces import CallFilter
from gateway.stores.tables import calls

_EQUAL: Final = (
    "user",
    "end_user",
    "team",
    "key",
    "use_case",
    "api",
    "model",
    "provider",
    "ending",
    "policy",
)
_TOKENS: Final = calls.c.input_tokens + calls.c.output_tokens

SUMS: Final[tuple[ColumnElement[Any], ...]] = (
    func.count(),
    func.sum(case((calls.c.ending == "refused", 1))),
    func.sum(calls.c.input_tokens),
    func.sum(calls.c.output_tokens),
    func.sum(calls.c.cost_nano_usd),
    func.sum(case((and_(calls.c.input_tokens.is_not(None), calls.c.cost_nano_usd.is_(None)), 1))),
)
"""In the order of gateway.stores.interfaces.Totals."""


def conditions(wanted: CallFilter) -> list[ColumnElement[bool]]:
    """What holds of each call that is wanted."""
    found = [calls.c[name] == value for name in _EQUAL if (value := getattr(wanted, name)) is not None]
    if wanted.subject is not None:
        found.append(or_(calls.c.user == wanted.subject, calls.c.end_user == wanted.subject))
    if wanted.teams is not None:
        found.append(calls.c.team.in_(wanted.teams))
    if wanted.since is not None:
        found.append(calls.c.at >= wanted.since)
    if wanted.until is not None:
        found.append(calls.c.at < wanted.until)
    if wanted.region is not None:
        found.append(calls.c.regions.contains(f",{wanted.region},", autoescape=True))
    if wanted.entity is not None:
        found.append(calls.c.entities.is_not(None))  # said, so that their index is used
        found.append(calls.c.entities.contains(f",{wanted.entity},", autoescape=True))
    if wanted.cost_over is not None:
        found.append(calls.c.cost_nano_usd > wanted.cost_over)
    if wanted.decision is not None:
        found.append(_refused_by(wanted.decision))
    return found


def _refused_by(decision: str) -> ColumnElement[bool]:
    refused: ColumnElement[bool] = calls.c.decision.is_not(None)
    if decision == "refused":
        return refused
    stage = calls.c.decision.startswith(f"{decision}:", autoescape=True)
    return and_(refused, or_(calls.c.decision == decision, stage))


def order_of(wanted: CallFilter) -> tuple[ColumnElement[Any], ...]:
    if wanted.order == "oldest":
        return calls.c.at, calls.c.id
    return _by(wanted).desc(), calls.c.id.desc()


def behind(wanted: CallFilter) -> list[ColumnElement[bool]]:
    """What comes behind the cursor; and what has a place in this order at all."""
    by = _by(wanted)
    found: list[ColumnElement[bool]] = [] if by is calls.c.at else [by.is_not(None)]
    if wanted.before is None:
        return found
    value, call_id = wanted.before
    if wanted.order == "oldest":
        found.append(or_(by > value, and_(by == value, calls.c.id > call_id)))
    else:
        found.append(or_(by < value, and_(by == value, calls.c.id < call_id)))
    return found


def _by(wanted: CallFilter) -> ColumnElement[Any]:
    if wanted.order == "dearest":
        return calls.c.cost_nano_usd
    return _TOKENS if wanted.order == "longest" else calls.c.at
