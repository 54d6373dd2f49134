"""docs/admin-api.md is true: each of its examples is run against a gateway with its policy, and answered as it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from gateway.admin.operations import ROOT
from gateway.admin.site import OPERATIONS
from tests.parts.gateway_process import GatewayProcess

PAGE = (Path(__file__).parents[2] / "docs" / "admin-api.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall(PAGE)
EXAMPLES = [
    (code, answer)
    for (language, code), (then, answer) in pairwise(BLOCKS)
    if (language, then) == ("sh", "json")
]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    [policy] = [code for language, code in BLOCKS if language == "yaml"]
    with GatewayProcess(tmp_path_factory.mktemp("admin"), policy).running() as running:
        yield running


def shape(value: Any) -> Any:
    """What an answer has, without what stands there. A list is as its first."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


def alike(said: Any, told: Any) -> bool:
    """Whether the fields are the same, as deep as both have them."""
    if isinstance(said, dict) and isinstance(told, dict):
        return said.keys() == told.keys() and all(alike(said[name], told[name]) for name in said)
    if isinstance(said, list) and isinstance(told, list):
        return all(alike(one, other) for one, other in zip(said, told, strict=False))
    return True


def test_every_example_says_what_it_answers():
    assert len(EXAMPLES) == sum(language == "sh" for language, _ in BLOCKS) >= 9


@pytest.mark.parametrize(("code", "answer"), EXAMPLES, ids=[f"example {one}" for one in range(len(EXAMPLES))])
def test_an_example_is_answered_as_the_page_says(gateway: GatewayProcess, code: str, answer: str):
    token = gateway.make_key("examples", role="administrator").key
    done = subprocess.run(
        ["sh", "-euc", code],
        env={"PATH": os.environ["PATH"], "GATEWAY": gateway.url, "TOKEN": token},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said, told = json.loads(answer), json.loads(done.stdout)
    assert alike(said, told), shape(told)


def test_every_path_of_the_api_is_on_the_page():
    told_of = {operation.path.partition("{")[0].rstrip("/") for operation in OPERATIONS}
    missing = [path for path in told_of if f"{ROOT}{path}" not in PAGE]
    assert missing == []
