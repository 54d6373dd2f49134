"""From readings to rows: exact arithmetic on made-up readings."""

from __future__ import annotations

import msgspec
import pytest

from benchmarks.figures import row, with_ratios
from benchmarks.load import percentile
from benchmarks.plan import LoadResult

QUIET = LoadResult(
    wall_s=2.0,
    requests=10_000,
    chunks=0,
    errors=0,
    first_error="",
    p50_ms=8.0,
    p99_ms=20.0,
    first_chunk_p50_ms=0.0,
    first_chunk_p99_ms=0.0,
    target_ns=1_900_000_000,
    core_ns=1_950_000_000,
    own_ns=400_000_000,
)


def _with(**changes: float) -> LoadResult:
    return msgspec.structs.replace(QUIET, **changes)


def test_cpu_of_whole_answers_is_microseconds_per_request():
    assert row("bare", "json", [QUIET]).cpu == 190.0


def test_cpu_of_streams_is_milliseconds_per_1000_chunks():
    assert row("bare", "paced", [_with(requests=60, chunks=6400, target_ns=192_000_000)]).cpu == 30.0


def test_a_row_is_the_median_of_its_repeats():
    repeats = [_with(p99_ms=value) for value in (90.0, 20.0, 30.0)]
    assert row("bare", "json", repeats).p99_ms == 30.0


def test_ratios_are_to_the_bare_proxy_in_the_same_mode():
    rows = with_ratios(
        [row("bare", "json", [QUIET]), row("gateway", "json", [_with(target_ns=2_565_000_000)])]
    )
    assert [found.cpu_ratio for found in rows] == pytest.approx([1.0, 1.35])


def test_there_is_no_ratio_without_the_bare_proxy():
    assert with_ratios([row("gateway", "json", [QUIET])])[0].cpu_ratio is None


@pytest.mark.parametrize(
    ("changes", "marks"),
    [
        ({}, ""),
        ({"target_ns": 1_700_000_000, "core_ns": 1_990_000_000}, "†"),
        ({"target_ns": 1_000_000_000, "core_ns": 1_010_000_000}, "‡"),
    ],
)
def test_rows_that_were_disturbed_or_starved_are_marked(changes, marks):
    assert row("nginx", "json", [_with(**changes)]).marks == marks


def test_errors_of_all_repeats_add_up():
    assert row("bare", "json", [_with(errors=2), _with(errors=1)]).errors == 3


@pytest.mark.parametrize(("share", "value"), [(0.5, 51), (0.99, 100), (0.0, 1)])
def test_percentiles_take_the_nearest_rank(share, value):
    assert percentile(list(range(100, 0, -1)), share) == value


def test_no_values_have_a_percentile_of_zero():
    assert percentile([], 0.99) == 0.0
