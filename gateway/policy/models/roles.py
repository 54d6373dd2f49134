"""`roles`: what the holder of a key may ask for.

A call is allowed if at least one of the caller's roles allows all of it; roles are never mixed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from gateway.policy.models.apis import Api
from gateway.policy.models.block import Block
from gateway.policy.models.models import ModelName
from gateway.policy.models.permissions import PermissionWord

Privilege = Literal["store", "background", "service_tier"]
Pattern = Annotated[str, StringConstraints(pattern=r"^\S+$", min_length=1, max_length=300)]


class ToolsEntry(Block):
    """Which tools a request may offer to the model."""

    model_config = ConfigDict(title="Tools")

    functions: tuple[Pattern, ...] | None = Field(
        default=None,
        description="Names or globs of functions that the caller runs itself. Absent: all; []: none.",
        examples=[["*"]],
    )
    hosted: tuple[Pattern, ...] = Field(
        default=(),
        description="Types of tools that the provider runs (web_search, code_interpreter …), or globs. "
        "Absent: none.",
    )
    mcp_servers: tuple[Pattern, ...] = Field(
        default=(),
        description="Labels or URLs of MCP servers that the provider may call, or globs. Absent: none.",
    )


class RoleEntry(Block):
    """One role."""

    model_config = ConfigDict(title="Role")

    models: tuple[ModelName, ...] = Field(
        default=(),
        description="Names or globs of models it may ask for. Absent: none.",
        examples=[["fast", "claude-*"], ["*"]],
    )
    apis: tuple[Api, ...] | None = Field(
        default=None, description="Operations it may ask for. Absent: all.", examples=[["chat", "messages"]]
    )
    max_output_tokens: int | None = Field(
        default=None,
        ge=1,
        le=10_000_000,
        description="Written into a request that sets no limit or a higher one. Absent: no limit.",
    )
    tools: ToolsEntry = Field(default_factory=ToolsEntry, description="Tools it may offer to a model.")
    allow: tuple[Privilege, ...] = Field(
        default=(),
        description="Switches it may set in a request: store, background, service_tier. Absent: none.",
    )
    permissions: tuple[PermissionWord, ...] = Field(
        default=(),
        description="What it may do with the gateway itself, through the admin API and the command line: "
        "area:verb, or area:* for all of an area. Absent: nothing.",
        examples=[["usage:read", "keys:*"]],
    )
    within: Literal["own_team"] | None = Field(
        default=None,
        description="own_team: its permissions reach only what belongs to its holder's team and the teams below it. Absent: they reach everything.",
    )
