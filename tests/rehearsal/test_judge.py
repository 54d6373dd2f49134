"""A case is as expected, or each departure is one sentence at its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.policy.cases import Case, load_cases
from gateway.policy.load import load_policy
from gateway.policy.snapshot import Policy
from gateway.rehearsal.judge import judge
from gateway.upstream.rates import Rates

POLICY = """\
gateway: 1
providers:
  one: {dialect: openai, base_url: "https://one.test/v1", region: us}
  two: {dialect: anthropic, base_url: "https://two.test", region: eu}
models:
  fast: {targets: [{to: one/small}], fallbacks: [steady]}
  steady: {targets: [{to: two/large}]}
roles:
  writer: {models: [fast, steady], apis: [chat], max_output_tokens: 100}
  reader: {models: [steady]}
teams:
  bound: {regions: [eu]}
  home: {roles: [reader]}
keys:
  robot: {hash: "sha256:%s", roles: [reader], expires: 2027-01-01, networks: [10.0.0.0/8]}
""" % ("0" * 64)
NOW_MS = 1_790_000_000_000  # 2026-09-21


class Unpriced:
    def rates(self, *_: Any, **__: Any) -> Rates | None:
        return None


def folder_with(tmp_path: Path, cases: str) -> tuple[Policy, tuple[Case, ...]]:
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "cases.yaml").write_text("tests:\n" + cases)
    policy = load_policy(tmp_path, environment={}, secrets="skip")
    return policy, load_cases(tmp_path, policy)


async def found(tmp_path: Path, case: str) -> list[str]:
    policy, (only,) = folder_with(tmp_path, f"  - {{name: a case, {case}}}\n")
    return [fault.message for fault in await judge(only, policy, NOW_MS, Unpriced())]


@pytest.mark.parametrize(
    "case",
    [
        "as: {role: writer}, request: {model: fast}, expect: allow",
        "as: {role: writer}, request: {model: fast}, expect: {decision: allow, targets: [two/large, one/small]}",
        "as: {role: writer}, request: {model: fast}, expect: {decision: allow, role: writer, max_output_tokens: 100}",
        "as: {role: writer, team: bound}, request: {model: fast}, expect: {decision: allow, targets: [two/large]}",
        "as: {role: writer, team: bound}, request: {model: fast}, expect: {decision: allow, not_targets: [one/small]}",
        "as: {role: reader}, request: {model: fast}, expect: {decision: refuse, code: model_forbidden, status: 403}",
        "as: {role: reader}, request: {model: nosuch}, expect: {decision: refuse, code: model_not_found, status: 404}",
        "as: {role: writer, team: home}, request: {model: fast}, expect: refuse",
        "as: {role: writer}, request: {model: fast, api: responses}, expect: {decision: refuse, says: the API 'responses'}",
        "as: {role: reader}, request: {model: steady, use_case: faq}, expect: {decision: refuse, status: 403}",
        "as: {role: trial}, request: {model: steady}, expect: allow",
        "as: {key: robot}, request: {model: steady, address: 10.1.2.3}, expect: allow",
        "as: {key: robot}, request: {model: steady, address: 192.0.2.1}, expect: {decision: refuse, code: network_forbidden}",
        "as: {key: robot}, request: {model: steady, address: 10.1.2.3, at: 2027-02-01T00:00Z}, expect: {decision: refuse, status: 401}",
        "as: {role: writer}, request: {model: fast, body: {n: 0.5}}, expect: {decision: refuse, status: 400}",
    ],
)
async def test_what_is_as_expected_says_nothing(case: str, tmp_path: Path):
    assert await found(tmp_path, case) == []


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (
            "as: {role: reader}, request: {model: steady}, expect: refuse",
            ["a case: expected refuse, found allow by the role 'reader', to two/large"],
        ),
        (
            "as: {role: reader}, request: {model: fast}, expect: allow",
            [
                "a case: expected allow, found refuse: the role 'reader' may not use the model 'fast' (model_forbidden)"
            ],
        ),
        (
            "as: {role: writer}, request: {model: steady}, expect: {decision: allow, role: reader, targets: [one/small]}",
            [
                "a case: expected the role 'reader' to allow it, found 'writer'",
                "a case: expected the targets one/small, found two/large",
            ],
        ),
        (
            "as: {role: writer}, request: {model: steady}, expect: {decision: allow, not_targets: [two/large], max_output_tokens: 5}",
            [
                "a case: expected max_output_tokens 5, found 100",
                "a case: expected it not to reach two/large, but it may",
            ],
        ),
        (
            "as: {role: reader}, request: {model: fast}, expect: {decision: refuse, code: residency, status: 404, says: maybe}",
            [
                "a case: expected the code residency, found model_forbidden: the role 'reader' may not use the model 'fast'",
                "a case: expected the status 404, found 403: the role 'reader' may not use the model 'fast'",
                "a case: expected a message with 'maybe', found: the role 'reader' may not use the model 'fast'",
            ],
        ),
        (
            "as: {role: reader}, request: {model: steady, api: embeddings, stream: true}, expect: refuse",
            ["a case: the API 'embeddings' has no word of its own for `stream`: write it in `body`"],
        ),
    ],
)
async def test_each_departure_is_a_sentence(case: str, said: list[str], tmp_path: Path):
    assert await found(tmp_path, case) == said


async def test_a_departure_stands_where_its_case_stands(tmp_path: Path):
    policy, cases = folder_with(
        tmp_path,
        "  - {name: good, as: {role: reader}, request: {model: steady}, expect: allow}\n"
        "  - {name: bad, as: {role: reader}, request: {model: steady}, expect: refuse}\n",
    )
    faults = [fault for case in cases for fault in await judge(case, policy, NOW_MS, Unpriced())]
    assert [(fault.file, fault.line, fault.column) for fault in faults] == [
        (str(tmp_path / "tests" / "cases.yaml"), 3, 5)
    ]
