"""`chains`: managed prompts one after the other, as one call."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from gateway.policy.models.block import Block
from gateway.policy.models.prompts import Filled, PromptRef, Variable
from gateway.policy.models.texts import Line, RuleName


class StepEntry(Block):
    """One step."""

    model_config = ConfigDict(title="Step")

    name: RuleName = Field(description="Its name: later steps read {{ NAME.output }}.", examples=["classify"])
    prompt: PromptRef = Field(
        description="The prompt, and a version or label behind @. Without one: production.",
        examples=["classify"],
    )
    with_: dict[Variable, Filled] = Field(
        default_factory=dict,
        alias="with",
        description="The prompt's variables: text, in which {{ NAME.output }} is an earlier step's answer and "
        "{{ name }} an input of the chain. A variable that is not listed is an input of the chain.",
        examples=[{"question": "In one word: {{ message }}"}],
    )


class ChainEntry(Block):
    """One chain. Each step is itself a governed, recorded call."""

    model_config = ConfigDict(title="Chain")

    description: Line | None = Field(
        default=None, description="What it is for.", examples=["answers what it has sorted"]
    )
    steps: tuple[StepEntry, ...] = Field(min_length=1, description="Steps, in order.")
