"""`python -m benchmarks`: what a governed request costs, as ratios to bare proxies in one run."""

from __future__ import annotations

import argparse
import re
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks import profile
from benchmarks.figures import MODES
from benchmarks.instructions import count
from benchmarks.measure import Options, Report, measure
from benchmarks.report import as_json, markdown, print_tables
from benchmarks.targets import TARGETS, StartFailed, Unavailable

_SIZE = re.compile(r"(\d+)(k?)", re.IGNORECASE)


def main(argv: Sequence[str] | None = None) -> int:
    """0: every answer was right; 1: some were not, or a target did not start; 2: wrong use."""
    asked = _parser().parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that children are ended too
    if asked.instructions:
        return _count(asked.payload)
    options = Options(
        targets=("gateway",) if asked.profile else asked.targets,
        modes=asked.modes,
        seconds=asked.seconds,
        repeats=asked.repeats,
        connections=asked.connections,
        streams=asked.streams,
        chunks=asked.chunks,
        interval_ms=asked.interval_ms,
        payload_bytes=asked.payload,
        profile=asked.profile,
    )
    report = _measure(options)
    width = None if sys.stdout.isatty() else 150
    if options.profile is None:
        print_tables(report, Console(width=width))
    else:
        sys.stdout.write(profile.hot_spots(report, options.profile))
    if asked.json:
        asked.json.write_bytes(as_json(report))
    if asked.markdown:
        asked.markdown.write_text(markdown(report), encoding="utf-8")
    return 0 if report.ok else 1


def _measure(options: Options) -> Report:
    with _shown() as progress:
        return measure(options, progress)


def _count(payload_bytes: int) -> int:
    """Prints a line for each target."""
    try:
        with _shown() as progress:
            counted = count(("bare", "gateway"), payload_bytes, progress)
    except (StartFailed, Unavailable) as why:
        sys.stdout.write(f"{why}\n")
        return 1
    for one in counted:
        sys.stdout.write(
            f"{one.target}: {one.loop:,} instructions a call in the event loop's thread, {one.others:,} in others\n"
        )
    return 0


@contextmanager
def _shown() -> Iterator[Callable[[str], None]]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("")
        yield lambda doing: shown.update(task, description=doing)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3, help="of each measured run (3)")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each target and mode (3)")
    parser.add_argument("--connections", type=int, default=64, help="for whole answers (64)")
    parser.add_argument("--streams", type=int, default=32, help="at the same time (32)")
    parser.add_argument("--chunks", type=int, default=100, help="of each stream (100)")
    parser.add_argument("--interval-ms", type=float, default=10, help="between chunks of a paced stream (10)")
    parser.add_argument(
        "--payload", type=_bytes, default=1024, help="size of the request body: 1k, 20k, 200k"
    )
    parser.add_argument("--targets", type=_list(TARGETS), default=tuple(TARGETS), help=", ".join(TARGETS))
    parser.add_argument("--modes", type=_list(MODES), default=MODES, help=", ".join(MODES))
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument("--markdown", type=Path, help="write the tables to this file")
    parser.add_argument(
        "--profile", type=Path, help="run the gateway alone under cProfile, write its figures here"
    )
    parser.add_argument(
        "--instructions",
        action="store_true",
        help="count instructions a call of bare and gateway instead (needs valgrind)",
    )
    return parser


def _list(known: Iterable[str]) -> Callable[[str], tuple[str, ...]]:
    def parse(text: str) -> tuple[str, ...]:
        names = tuple(name.strip() for name in text.split(","))
        if unknown := [name for name in names if name not in known]:
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: expected some of {', '.join(known)}")
        return names

    return parse


def _bytes(text: str) -> int:
    size = _SIZE.fullmatch(text)
    if size is None:
        raise argparse.ArgumentTypeError("expected a size such as 1k")
    return int(size[1]) * (1024 if size[2] else 1)


if __name__ == "__main__":
    sys.exit(main())
