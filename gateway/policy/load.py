"""A policy folder to a policy in force, or every fault that keeps it from being one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gateway.policy.build import build, revision_of
from gateway.policy.credentials import Secrets, misplaced, reach
from gateway.policy.faults import Fault, PolicyInvalid
from gateway.policy.merge import merge
from gateway.policy.nodes import Node
from gateway.policy.references import check_references
from gateway.policy.snapshot import Policy
from gateway.policy.sources import read_folder
from gateway.policy.validate import validate
from gateway.policy.yaml_nodes import parse


def load_policy(folder: Path, *, environment: Mapping[str, str], secrets: Secrets = "read") -> Policy:
    """Raises PolicyInvalid with all faults found.

    `secrets` says what happens to references. "read": they become values. "find": it is looked whether
    variables and files are there, no value is read. "skip": not even that, and no provider is off.
    With "find" and "skip" the policy's credentials are the references.
    """
    sources, faults = read_folder(folder)
    trees = list[Node]()
    whole = not faults
    for source in sources:
        tree, found = parse(source)
        faults.extend(found)
        if tree is None:
            whole = False
        else:
            trees.append(tree)
    policy = _load(trees, faults, environment, secrets, whole)
    if policy is None:
        raise PolicyInvalid(faults)
    return policy


def _load(
    trees: list[Node], faults: list[Fault], environment: Mapping[str, str], secrets: Secrets, whole: bool
) -> Policy | None:
    """`whole` False: a file is not readable, so a name that is not found may well be in it."""
    root, found = merge(trees)
    faults.extend(found)
    stray = list(misplaced(root))
    faults.extend(stray)
    document, found = validate(root)
    said = {(fault.file, fault.line, fault.column) for fault in stray}
    faults.extend(fault for fault in found if (fault.file, fault.line, fault.column) not in said)
    if whole:
        faults.extend(check_references(document, root))
    reachable = reach(document, root, environment, secrets)
    faults.extend(reachable.faults)
    return None if faults else build(document, reachable, revision_of(root))
