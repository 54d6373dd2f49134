"""Where the gateway's CPU goes: cProfile's figures after a run under load.

cProfile taxes every Python call, so small functions look dearer than they are, and it does not see
other threads. Compare shares, not times.
"""

from __future__ import annotations

import io
import pstats
from pathlib import Path

from benchmarks.measure import Report

SHOWN = 40


def hot_spots(report: Report, figures: Path) -> str:
    """The dearest functions by own and by cumulative time."""
    if not figures.exists():
        return "".join(f"{name}: {why}\n" for name, why in (report.skipped | report.failed).items())
    text = io.StringIO()
    for order in ("tottime", "cumulative"):
        pstats.Stats(str(figures), stream=text).strip_dirs().sort_stats(order).print_stats(SHOWN)
    answered = sum(row.requests_per_s * report.options.seconds for row in report.rows)
    return f"{answered:,.0f} requests in the measured time, warm-up left out\n{text.getvalue()}"
