"""Prompts, and who uses them: labels, references, and the variables of chains."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.policy.dangling import fault_at, names_under, unknown
from gateway.policy.faults import Fault
from gateway.policy.globs import overlap
from gateway.policy.models.chains import ChainEntry, StepEntry
from gateway.policy.models.document import PolicyDocument
from gateway.policy.models.prompts import PromptEntry, variables
from gateway.policy.nodes import Mapping, Path
from gateway.policy.suggest import did_you_mean, one_of, shown

PRODUCTION: Final = "production"


def check_prompts(document: PolicyDocument, root: Mapping) -> Iterator[Fault]:
    for name, prompt in document.prompts.items():
        for label, version in prompt.labels.items():
            if version not in prompt.versions:
                place = ("prompts", name, "labels", label)
                yield fault_at(root, place, unknown(version, "version", prompt.versions))
    for path, ref in _references(document):
        yield from _reference(document, root, path, ref)
    declared = names_under(root, "prompts")
    for name, role in document.roles.items():
        for index, wanted in enumerate(role.prompts or ()):
            if wanted.strip("*") and not any(overlap(wanted, each) for each in declared):
                what = "prompt that matches" if "*" in wanted else "prompt"
                yield fault_at(root, ("roles", name, "prompts", index), unknown(wanted, what, declared))
    for name, chain in document.chains.items():
        yield from _chain(document, root, ("chains", name, "steps"), chain)


def _references(document: PolicyDocument) -> Iterator[tuple[Path, str]]:
    for index, experiment in enumerate(document.experiments):
        for name, arm in experiment.arms.items():
            if arm.prompt is not None:
                yield ("experiments", index, "arms", name, "prompt"), arm.prompt
    for name, chain in document.chains.items():
        for index, step in enumerate(chain.steps):
            yield ("chains", name, "steps", index, "prompt"), step.prompt


def _reference(document: PolicyDocument, root: Mapping, path: Path, ref: str) -> Iterator[Fault]:
    name, _, asked = ref.partition("@")
    declared = names_under(root, "prompts")
    prompt = document.prompts.get(name)
    if name not in declared:
        yield fault_at(root, path, unknown(name, "prompt", declared))
    elif prompt is not None and not asked and PRODUCTION not in prompt.labels:
        message = f"`{shown(name)}` has no label `production`: say which version, as in {shown(name)}@1"
        yield fault_at(root, path, message)
    elif prompt is not None and asked and asked not in (known := {**prompt.labels, **prompt.versions}):
        yield fault_at(root, path, unknown(asked, "label or version", known))


def meant_by(prompt: PromptEntry, ref: str) -> str | None:
    """The version that `name@…` stands for; None where there is none."""
    asked = ref.partition("@")[2] or PRODUCTION
    version = prompt.labels.get(asked, asked)
    return version if version in prompt.versions else None


def _chain(document: PolicyDocument, root: Mapping, path: Path, chain: ChainEntry) -> Iterator[Fault]:
    earlier = dict[str, int]()
    names = [step.name for step in chain.steps]
    for index, step in enumerate(chain.steps):
        place = (*path, index)
        if step.name in earlier:
            message = (
                f"`{shown(step.name)}` is the name of step {earlier[step.name] + 1} already: choose another"
            )
            yield fault_at(root, (*place, "name"), message)
        yield from _filled(document, root, place, step)
        for variable, text in step.with_.items():
            for asked in variables(text):
                wrong = _unknown_output(asked, list(earlier), names)
                if wrong is not None:
                    yield fault_at(root, (*place, "with", variable), wrong)
        earlier.setdefault(step.name, index)


def _filled(document: PolicyDocument, root: Mapping, path: Path, step: StepEntry) -> Iterator[Fault]:
    """Each variable that a step fills is one of its prompt."""
    prompt = document.prompts.get(step.prompt.partition("@")[0])
    version = None if prompt is None else meant_by(prompt, step.prompt)
    if prompt is None or version is None:
        return
    entry = prompt.versions[version]
    known = dict.fromkeys((*variables(entry.template), *variables(entry.system or "")))
    for name in step.with_:
        if name not in known:
            listed = f"expected {one_of(known)}" if known else "it has none"
            message = f"the prompt has no variable `{shown(name)}`: {listed}{did_you_mean(name, known)}"
            yield fault_at(root, (*path, "with", name), message)


def _unknown_output(asked: str, earlier: list[str], names: list[str]) -> str | None:
    step, point, part = asked.partition(".")
    if not point:
        return None
    if step in names and step not in earlier:
        return f"`{shown(step)}` has not run yet by then: only earlier steps have an output"
    if step not in names:
        return unknown(step, "earlier step", earlier)
    return (
        None
        if part == "output"
        else f"a step has an `output` and nothing else: write {{{{ {step}.output }}}}"
    )
