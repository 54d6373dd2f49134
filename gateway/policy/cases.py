"""The cases that a policy folder is tested with, or every fault that keeps them from being read."""

from __future__ import annotations

import pathlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from gateway.policy.faults import Fault, Mark, PolicyInvalid
from gateway.policy.merge import merge
from gateway.policy.models.cases import CaseEntry, CasesDocument
from gateway.policy.nodes import Mapping, Node, Path, data, find
from gateway.policy.roles import TRIAL
from gateway.policy.snapshot import Policy
from gateway.policy.sources import read_folder
from gateway.policy.suggest import did_you_mean, one_of, shown
from gateway.policy.validate import fault_of
from gateway.policy.yaml_nodes import parse

FOLDER: Final = "tests"


@dataclass(frozen=True, slots=True)
class Case:
    """`mark` is where it stands."""

    entry: CaseEntry
    mark: Mark


def load_cases(policy_folder: pathlib.Path, policy: Policy) -> tuple[Case, ...]:
    """Those of a policy folder, as they stand there. Raises PolicyInvalid with all faults found; a name
    that the policy does not declare is one, for a case about it would show nothing."""
    sources, faults = read_folder(policy_folder / FOLDER)
    trees = list[Node]()
    for source in sources:
        tree, found = parse(source)
        faults.extend(found)
        if tree is not None:
            trees.append(tree)
    root, found = merge(trees)
    faults.extend(found)
    try:
        document = CasesDocument.model_validate(data(root))
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        faults.extend(fault for each in details if (fault := fault_of(root, each, CasesDocument)) is not None)
        raise PolicyInvalid(faults) from None
    faults.extend(_unknown_names(document, root, policy))
    if faults:
        raise PolicyInvalid(faults)
    return tuple(
        Case(entry, find(root, ("tests", index))[0].mark) for index, entry in enumerate(document.tests)
    )


def _unknown_names(document: CasesDocument, root: Mapping, policy: Policy) -> Iterator[Fault]:
    keys = {key.id.removeprefix("policy:") for key in policy.keys.values()}
    known: dict[str, Collection[str]] = {
        "key": keys,
        "team": policy.teams,
        "role": {*policy.roles, TRIAL.name},
    }
    for index, case in enumerate(document.tests):
        for what, name, path in _names(case):
            if name not in known[what]:
                words = sorted(known[what])
                listed = f"expected {one_of(words)}" if words else f"no {what} is declared"
                message = f"there is no {what} `{shown(name)}`: {listed}{did_you_mean(name, words)}"
                yield Fault.at(find(root, ("tests", index, *path))[0].mark, message)


def _names(case: CaseEntry) -> Iterator[tuple[str, str, Path]]:
    """What is named, by which name, and where in the case."""
    caller, expect = case.as_, case.expect
    for what, name in (("key", caller.key), ("team", caller.team), ("role", caller.role)):
        if name is not None:
            yield what, name, ("as", what)
    for at, role in enumerate(caller.roles):
        yield "role", role, ("as", "roles", at)
    if expect.role is not None:
        yield "role", expect.role, ("expect", "role")
