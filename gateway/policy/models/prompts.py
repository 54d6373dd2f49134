"""`prompts`: managed prompts, in versions that labels point to.

A prompt may stand in a file of its own, `prompts/NAME.yaml` below the policy folder.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from gateway.policy.models.block import Block
from gateway.policy.models.models import ModelName
from gateway.policy.models.texts import NAME_PATTERN, Line, RuleName, shaped

VARIABLE_PATTERN: Final = r"^[A-Za-z_][A-Za-z0-9_]*$"
REF_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]*(@[A-Za-z0-9][A-Za-z0-9._-]*)?$"

_PLACE: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_]*)?", re.ASCII)


def variables(template: str) -> tuple[str, ...]:
    """What stands between {{ and }}, in order, each once. Raises ValueError for what is no name."""
    found = dict[str, None]()
    for inner in _PLACE.findall(template):
        name = inner.strip()
        if _NAME.fullmatch(name) is None:
            raise ValueError("expected a variable's name between {{ and }}, such as {{ question }}")
        found[name] = None
    rest = _PLACE.sub("", template)
    if "{{" in rest or "}}" in rest:
        raise ValueError("expected {{ name }}: a {{ is not closed, or a }} not opened")
    return tuple(found)


def template(text: str) -> str:
    """`text`, if its variables are plain names."""
    for name in variables(text):
        if "." in name or "-" in name:
            raise ValueError("expected a variable's name between {{ and }}, such as {{ question }}")
    return text


def filled(text: str) -> str:
    """`text`, if what it takes from elsewhere are names, or the output of steps."""
    for name in variables(text):
        if "-" in name and "." not in name:
            raise ValueError("expected {{ name }} or {{ step.output }}")
    return text


Template = Annotated[str, StringConstraints(min_length=1, max_length=200_000), AfterValidator(template)]
Filled = Annotated[str, StringConstraints(max_length=200_000), AfterValidator(filled)]
PromptRef = Annotated[
    str,
    StringConstraints(max_length=130),
    AfterValidator(shaped(REF_PATTERN, "a prompt's name, or name@label or name@version")),
    Field(json_schema_extra={"pattern": REF_PATTERN}),
]
Variable = Annotated[
    str,
    StringConstraints(max_length=64),
    AfterValidator(shaped(VARIABLE_PATTERN, "a variable's name of letters, digits and _")),
    Field(json_schema_extra={"pattern": VARIABLE_PATTERN}),
]


class VersionEntry(Block):
    """One version. It never changes once it is in use: a change is a new version."""

    model_config = ConfigDict(title="Prompt version")

    model: ModelName = Field(
        description="The model that answers; a call's own `model` outranks it.", examples=["fast"]
    )
    template: Template = Field(
        description="What the model is told; {{ name }} is a variable.", examples=["Classify: {{ question }}"]
    )
    system: Template | None = Field(
        default=None,
        description="What is put before it as the system's message; may hold variables. Absent: nothing.",
        examples=["You classify questions of customers."],
    )
    parameters: dict[RuleName, Any] = Field(
        default_factory=dict,
        description="Members that are written into the request where the caller sends none. Absent: none.",
        examples=[{"temperature": 0}],
    )


class PromptEntry(Block):
    """One prompt."""

    model_config = ConfigDict(title="Prompt")

    description: Line | None = Field(
        default=None, description="What it is for.", examples=["sorts questions of customers"]
    )
    versions: dict[
        Annotated[
            str, StringConstraints(max_length=64), AfterValidator(shaped(NAME_PATTERN, "a version such as 1"))
        ],
        VersionEntry,
    ] = Field(min_length=1, description="Versions by name: quote a number.")
    labels: dict[RuleName, RuleName] = Field(
        default_factory=dict,
        description="Versions by label, as in prompt:NAME@production. Without a label asked for, production counts.",
        examples=[{"production": "1"}],
    )
