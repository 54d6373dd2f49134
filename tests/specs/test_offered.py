"""Each operation that an API's description has is offered, or stands in docs/apis.md under what is not."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.dialects.registry import Route, route

pytestmark = pytest.mark.long

APIS = Path(__file__).parents[2] / "docs" / "apis.md"
METHODS = ("get", "post", "put", "patch", "delete")


def not_offered(family: str, paths: dict[str, dict[str, object]]) -> Iterator[tuple[str, str]]:
    """Method and path, as the description has it, under `/v1`."""
    of_anthropic = {"anthropic-version": "2023-06-01"} if family == "anthropic" else {}
    for path, operations in paths.items():
        asked = path if path.startswith("/v1/") else f"/v1{path}"
        for method in operations.keys() & set(METHODS):
            real = re.sub(r"\{\w+\}", "some-id", asked.partition("?")[0])
            if not isinstance(route(method.upper(), real, of_anthropic.get), Route):
                yield method.upper(), asked


@pytest.mark.parametrize("family", ["openai", "anthropic"])
def test_what_is_described_is_offered_or_listed_as_not_offered(family, descriptions):
    section = APIS.read_text(encoding="utf-8").partition("## What is not offered")[2].partition("\n## ")[0]
    line = next(item for item in section.split("\n- ") if item.lower().startswith(family))
    listed = re.findall(r"`((?:[A-Z, ]+ )?/v1[^`]*)`", line)
    counts: dict[str, int] = defaultdict(int)
    unlisted = []
    for method, path in not_offered(family, descriptions[family].root["paths"]):
        rule = next((one for one in listed if covers(one, method, path)), None)
        if rule is None:
            unlisted.append(f"{method} {path}")
        else:
            counts[rule] += 1
    told = [f"{rule} ({count})" for rule, count in sorted(counts.items())]
    print(f"\n{family}: not offered, with how many operations: {', '.join(told)}")
    assert sorted(unlisted) == []


def covers(rule: str, method: str, path: str) -> bool:
    """A rule is a path and all below it; with a method in front, only that one."""
    methods, _, below = rule.rpartition(" ")
    if methods and method not in methods.replace(",", " ").split():
        return False
    pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(below))
    return re.fullmatch(rf"{pattern}(?:[/?].*)?", path) is not None
