"""`roles`: what the holder of a key may ask for.

A call is allowed if at least one of the caller's roles allows all of it; roles are never mixed. Who holds a
role holds those that it extends too, and they are judged like any other: one by one.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from gateway.policy.models.apis import Api
from gateway.policy.models.block import Block, PersonalName
from gateway.policy.models.hours import HoursEntries
from gateway.policy.models.keys import Network
from gateway.policy.models.models import ModelName
from gateway.policy.models.permissions import PermissionWord

Privilege = Literal["store", "background", "service_tier"]
Claim = Literal["use_case", "end_user"]
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
        examples=[["web_search*"]],
    )
    mcp_servers: tuple[Pattern, ...] = Field(
        default=(),
        description="Labels or URLs of MCP servers that the provider may call, or globs. Absent: none.",
        examples=[["https://mcp.example.com/*"]],
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
        examples=[4096],
    )
    tools: ToolsEntry = Field(
        default_factory=ToolsEntry,
        description="Tools it may offer to a model.",
        examples=[{"functions": ["search_*"], "hosted": ["web_search*"]}],
    )
    allow: tuple[Privilege, ...] = Field(
        default=(),
        description="Switches it may set in a request: store, background, service_tier. Absent: none.",
        examples=[["service_tier"]],
    )
    use_cases: tuple[Pattern, ...] = Field(
        default=(),
        description="Names or globs of use cases that a request may claim (x-gateway-use-case). "
        "A key's own use case needs no role. Absent: none.",
        examples=[["faq"]],
    )
    tags: tuple[Pattern, ...] = Field(
        default=(),
        description="Tags, as name=value or globs, that rules may match on. Any other tag is recorded and matches nothing. "
        "Absent: none.",
        examples=[["project=*", "channel=chat"]],
    )
    prompts: tuple[Pattern, ...] | None = Field(
        default=None,
        description="Names or globs of managed prompts it may use. Absent: all; []: none.",
        examples=[["support-*"]],
    )
    require: tuple[Claim, ...] = Field(
        default=(),
        description="What a request must have: a use_case, an end_user. Absent: nothing.",
        examples=[["use_case"]],
    )
    networks: tuple[Network, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=64,
        description="Networks (CIDR) from which it holds, for calls and for permissions. Absent: from anywhere.",
        examples=[["10.0.0.0/8"]],
    )
    hours: HoursEntries | None = Field(
        default=None,
        description="When it holds, for calls and for permissions. A call that began goes on. Absent: at any time.",
        examples=[{"days": "mon-fri", "from": "08:00", "to": "18:00", "timezone": "Europe/Paris"}],
    )
    extends: tuple[PersonalName, ...] = Field(
        default=(),
        description="Roles that whoever holds this one holds too. Each is judged for itself, with its own "
        "conditions: what one allows adds nothing to what another does.",
        examples=[["analyst"]],
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
        examples=["own_team"],
    )
