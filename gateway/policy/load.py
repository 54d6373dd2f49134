"""A policy folder to a policy in force, or every fault that keeps it from being one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.policy import nodes
from gateway.policy.build import build, revision_of
from gateway.policy.credentials import Secrets, misplaced, reach
from gateway.policy.dangling import fault_at
from gateway.policy.endpoints import check_endpoints
from gateway.policy.faults import Fault, Mark, PolicyInvalid
from gateway.policy.guardrails import guardrails_of
from gateway.policy.later import not_yet
from gateway.policy.merge import merge
from gateway.policy.references import check_references
from gateway.policy.role_faults import doubt_roles
from gateway.policy.rules.check import check_rules
from gateway.policy.rules.escapes import doubt_escapes
from gateway.policy.rules.privacy import doubt_privacy
from gateway.policy.rules.unreached import doubt_reach
from gateway.policy.snapshot import Policy
from gateway.policy.sources import PROMPTS, read_folder
from gateway.policy.validate import validate
from gateway.policy.webhooks import webhooks_of
from gateway.policy.withheld import KeptFile, document_of, kept_file, named_files
from gateway.policy.yaml_nodes import parse


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands in a folder, not judged yet. `whole` False: a file is not readable, so a name that is not
    found may well be in it. `files` are those that were read, by name, as they may be kept."""

    root: nodes.Mapping
    faults: tuple[Fault, ...]
    whole: bool
    files: Mapping[str, KeptFile]

    @property
    def named(self) -> frozenset[Path]:
        """The files outside the folder that the policy names: secrets and authorities."""
        return frozenset(map(Path, named_files(self.root)))


@dataclass(frozen=True, slots=True)
class Loaded:
    """A policy, and what is kept of it: its `document` as canonical JSON and its files by name, neither
    with a secret that was written out."""

    policy: Policy
    document: str
    files: Mapping[str, KeptFile]


def load_policy(folder: Path, *, environment: Mapping[str, str], secrets: Secrets = "read") -> Policy:
    """Raises PolicyInvalid with all faults found.

    `secrets` says what happens to references. "read": they become values. "find": it is looked whether
    variables and files are there, no value is read. "skip": not even that, and no provider is off.
    With "find" and "skip" the policy's credentials are the references.
    """
    return judge(read(folder), environment=environment, secrets=secrets).policy


def read(folder: Path) -> Reading:
    """The files of a folder as one tree."""
    sources, faults = read_folder(folder)
    trees = list[nodes.Node]()
    files = dict[str, KeptFile]()
    whole = not faults
    for source in sources:
        tree, found = parse(source)
        faults.extend(found)
        if tree is None:
            whole = False
        else:
            trees.append(tree if source.prompt is None else _as_prompt(source.prompt, tree, source.name))
            files[source.within] = kept_file(source, tree)
    root, found = merge(trees)
    return Reading(root, (*faults, *found), whole, files)


def _as_prompt(name: str, tree: nodes.Node, file: str) -> nodes.Mapping:
    """What a file of one prompt stands for: `prompts: {NAME: …}`, named by the file."""
    mark = Mark(file, 1, 1)
    named = nodes.Mapping({name: nodes.Entry(mark, tree)}, mark)
    return nodes.Mapping({PROMPTS: nodes.Entry(mark, named)}, mark)


def judge(reading: Reading, *, environment: Mapping[str, str], secrets: Secrets = "read") -> Loaded:
    """As `load_policy`, of what was read."""
    faults = list(reading.faults)
    policy = _policy(reading.root, faults, environment, secrets, reading.whole)
    if policy is None:
        raise PolicyInvalid(faults)
    return Loaded(policy, document_of(reading.root), reading.files)


def _policy(
    root: nodes.Mapping, faults: list[Fault], environment: Mapping[str, str], secrets: Secrets, whole: bool
) -> Policy | None:
    stray = list(misplaced(root))
    faults.extend(stray)
    document, found = validate(root)
    said = {(fault.file, fault.line, fault.column) for fault in stray}
    faults.extend(fault for fault in found if (fault.file, fault.line, fault.column) not in said)
    if whole:
        faults.extend(check_references(document, root))
        faults.extend(check_rules(document, root))
    faults.extend(check_endpoints(document, root, environment, secrets))
    reachable = reach(document, root, environment, secrets)
    faults.extend(reachable.faults)
    if faults:
        return None
    try:
        webhooks = webhooks_of(document.alerts, environment, read=secrets == "read")
        guardrails = guardrails_of(document.guardrails, environment, secrets)
    except ValueError as error:  # gone since it was looked for
        faults.append(fault_at(root, (), str(error)))
        return None
    doubting = (doubt_roles, doubt_reach, doubt_escapes, doubt_privacy)
    doubts = [fault for doubt in doubting for fault in doubt(document, root)]
    return build(
        document,
        reachable,
        revision_of(root),
        not_yet=not_yet(root),
        warnings=tuple(sorted(set(doubts))),
        webhooks=webhooks,
        guardrails=guardrails,
    )
