"""Calls out of the audit log, page by page; as a table, as JSON or as CSV."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any, Final

from gateway.admin.audit_bodies import CallPage, CallTotals
from gateway.audit.query import Record
from gateway.cli.audit_tables import call_table
from gateway.cli.cells import inert
from gateway.cli.target import Gateway

PAGE: Final = 500
_TIMES: Final = ("id", "at", "ended_at", "ending")
_WHO: Final = ("auth", "key", "user", "team", "end_user", "network")
_SERVED: Final = ("provider", "region", "target", "model")
_USAGE: Final = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "reasoning_tokens",
    "images",
    "estimated",
)
_COST: Final = ("usd", "reserved_usd", "price_version")


def all_calls(gateway: Gateway, wanted: Mapping[str, str | None], page_size: int) -> Iterator[Record]:
    """Records page by page, so that a long answer is never held whole."""
    cursor: str | None = ""
    while cursor is not None:
        asked = {**wanted, "limit": str(page_size), "cursor": cursor or None}
        page = gateway.ask("audit.calls", CallPage, query=asked)
        yield from page.calls
        cursor = page.next


def print_calls(found: Iterable[Record], *, as_json: bool, as_csv: bool) -> None:
    if as_json:
        write_jsonl(found, sys.stdout)
    elif as_csv:
        write_csv(found, sys.stdout)
    else:
        call_table(found)


def print_totals(totals: CallTotals, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(totals.model_dump()))
        return
    for name, value in totals.model_dump().items():
        print(f"{name}: {value}")


def write_jsonl(found: Iterable[Record], file: IO[str]) -> None:
    for record in found:
        file.write(json.dumps(record) + "\n")


def write_csv(found: Iterable[Record], file: IO[str]) -> None:
    out = csv.writer(file, lineterminator="\n")
    for number, record in enumerate(found):
        cells = columns(record)
        if number == 0:
            out.writerow(cells)
        out.writerow(inert(value) for value in cells.values())


def columns(record: Record) -> dict[str, Any]:
    """A record as one line: lists by commas, decisions as stage:rule:verdict."""
    who, purpose, asked = record["who"], record["purpose"], record["asked"]
    served, chain = record.get("served") or {}, record["chain"]
    attempts, checks = served.get("attempts") or [], record.get("checks") or []
    found = {name for check in checks for name, times in check["found"].items() if times}
    return {
        **{name: record[name] for name in _TIMES},
        **{name: who[name] for name in _WHO},
        "roles": who["roles"],
        "use_case": purpose["use_case"],
        "tags": [f"{name}={value}" for name, value in purpose["tags"].items()],
        "api": asked["api"],
        "asked_model": asked["model"],
        **{name: served.get(name) for name in _SERVED},
        "regions": sorted({one["region"] or "none" for one in attempts}),
        "policy": record["policy"],
        "decisions": [":".join((one["stage"], one["rule"], one["verdict"])) for one in record["decisions"]],
        "found": sorted(found),
        **{name: (record.get("usage") or {}).get(name) for name in _USAGE},
        **{name: (record.get("cost") or {}).get(name) for name in _COST},
        "total_ms": (record.get("latency_ms") or {}).get("total"),
        "content": (record.get("content") or {}).get("mode"),
        **{name: chain[name] for name in ("writer", "seq", "hash")},
    }
