"""The files of the folder `tests`: read as a policy's are, with every fault at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.policy.cases import load_cases
from gateway.policy.faults import PolicyInvalid
from gateway.policy.load import load_policy

POLICY = """\
gateway: 1
providers: {echo: {dialect: echo}}
models: {echo: {targets: [{to: echo/echo}]}}
roles: {writer: {models: [echo]}}
teams: {home: {}}
"""


def load(tmp_path: Path, **files: str):
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "tests").mkdir()
    for name, text in files.items():
        (tmp_path / "tests" / f"{name}.yaml").write_text(text)
    return load_cases(tmp_path, load_policy(tmp_path, environment={}))


def test_the_cases_of_all_files_are_read_in_the_order_of_their_names(tmp_path: Path):
    cases = load(
        tmp_path,
        b="tests: [{name: last, as: {role: writer}, expect: allow}]",
        a="tests:\n- {name: first, as: {roles: [writer]}, expect: {decision: refuse}}\n- {name: second, as: {role: writer}, expect: allow}",
    )
    assert [(case.entry.name, case.mark.line) for case in cases] == [
        ("first", 2),
        ("second", 3),
        ("last", 1),
    ]
    assert cases[0].entry.expect.decision == "refuse"
    assert cases[0].entry.request.api == "chat"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tests: [{name: x, as: {role: writer}}]", "1:9: `expect` is missing in tests[0]: a case needs it"),
        ("tests: [{name: x, as: {role: writer}, expect: alow}]", 'expected allow, refuse, or a map that says more than that, found "alow"'),
        ("tests: [{name: x, az: {role: writer}, expect: allow}]", "`az` is no key of tests[0]: expected"),
        ("case: []", "1:1: `case` is no key of a policy test: expected tests"),
        ("tests: [{name: x, as: {}, expect: allow}]", "say who calls: a `role`, `roles`, or a declared `key`"),
        ("tests: [{name: x, as: {role: writer, roles: [writer]}, expect: allow}]", "keep `role` or `roles`, not both"),
        ("tests: [{name: x, as: {key: robot, role: writer}, expect: allow}]", "a declared key says itself who calls"),
        ("tests: [{name: x, as: {key: robot}, expect: allow}]", "there is no key `robot`: no key is declared"),
        ("tests: [{name: x, as: {role: writter}, expect: allow}]", "1:30: there is no role `writter`: expected trial or writer; did you mean `writer`?"),
        ("tests: [{name: x, as: {roles: [writer, reader]}, expect: allow}]", "there is no role `reader`"),
        ("tests: [{name: x, as: {role: writer, team: hone}, expect: allow}]", "there is no team `hone`: expected home; did you mean `home`?"),
        ("tests: [{name: x, as: {role: writer}, expect: {decision: allow, role: nobody}}]", "there is no role `nobody`"),
        ("tests: [{name: x, as: {role: writer}, expect: {decision: allow, code: no}}]", "belong to what is refused"),
        ("tests: [{name: x, as: {role: writer}, expect: {decision: refuse, targets: []}}]", "belong to what is allowed"),
        ("tests: [{name: x, as: {role: writer}, request: {at: 12:30}, expect: allow}]", "expected a time with its zone, such as 2026-03-02T10:00+01:00"),
        ("tests: [{name: x, as: {role: writer}, request: {api: chatt}, expect: allow}]", "did you mean `chat`?"),
        ("tests: [{name: x, name: y}]", "twice"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_at_its_place(text: str, said: str, tmp_path: Path):
    with pytest.raises(PolicyInvalid) as invalid:
        load(tmp_path, wrong=text)
    assert any(said in str(fault) for fault in invalid.value.faults), invalid.value


def test_a_folder_without_cases_is_said(tmp_path: Path):
    (tmp_path / "policy.yaml").write_text(POLICY)
    with pytest.raises(PolicyInvalid, match="this folder does not exist"):
        load_cases(tmp_path, load_policy(tmp_path, environment={}))
