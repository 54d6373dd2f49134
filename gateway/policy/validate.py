"""A merged tree to typed models; what does not fit becomes plain sentences at its place."""

from __future__ import annotations

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gateway.policy.faults import Fault
from gateway.policy.merge import kind
from gateway.policy.models.document import PolicyDocument
from gateway.policy.nodes import Hole, Mapping, Path, data, find
from gateway.policy.sentences import sentence, stands_at_key

_NAMED = frozenset(
    {
        "teams",
        "providers",
        "models",
        "roles",
        "keys",
        "identity_providers",
        "use_cases",
        "prompts",
        "chains",
    }
)


def validate(root: Mapping) -> tuple[PolicyDocument, list[Fault]]:
    """What is valid of a policy, and a fault for each thing that is not.

    An entry with a fault is left out of the document, so that all other entries can be judged.
    """
    values = data(root)
    assert isinstance(values, dict)  # a Mapping's data is a dict
    try:
        return PolicyDocument.model_validate(values), []
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    faults = list[Fault]()
    for detail in details:
        fault = fault_of(root, detail)
        if fault is not None:
            faults.append(fault)
        _leave_out(values, detail["loc"])
    return PolicyDocument.model_validate(values), faults


def _leave_out(values: dict[str, object], loc: Path) -> None:
    top = str(loc[0]) if loc else ""
    entries = values.get(top)
    if top in _NAMED and len(loc) > 1 and isinstance(entries, dict):
        entries.pop(loc[1], None)
    else:
        values.pop(top, None)


def fault_of(root: Mapping, detail: ErrorDetails, document: type[BaseModel] = PolicyDocument) -> Fault | None:
    """A validator's complaint about a document of this kind, at its place; None: it was reported already."""
    loc: Path = tuple(step for step in detail["loc"] if step != "[key]")
    node, key, path = find(root, loc)
    if isinstance(node, Hole) or (detail["type"] == "too_short" and data(node)):
        return None  # reported already; a list whose items are at fault counts as empty
    mark = key if stands_at_key(detail) else node.mark
    return Fault.at(mark, sentence(detail, node, path, kind(node), document))
