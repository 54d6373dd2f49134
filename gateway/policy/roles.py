"""Roles and teams in force: what the request path asks of them, compiled at load."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from gateway.policy.globs import NameSet


@dataclass(frozen=True, slots=True)
class Role:
    """What a role allows. `None` is all, an empty tuple or set is none.

    `inherited` are the roles that it extends and those that they extend, each once: who holds this one
    holds them too. `permissions` are words without wildcards.
    """

    name: str
    models: tuple[str, ...] = ()
    apis: frozenset[str] | None = None
    max_output_tokens: int | None = None
    functions: tuple[str, ...] | None = None
    hosted_tools: tuple[str, ...] = ()
    mcp_servers: tuple[str, ...] = ()
    allow: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    within_own_team: bool = False
    inherited: tuple[Role, ...] = ()
    _models: NameSet = field(init=False, repr=False, compare=False)
    _functions: NameSet = field(init=False, repr=False, compare=False)
    _hosted_tools: NameSet = field(init=False, repr=False, compare=False)
    _mcp_servers: NameSet = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        functions = ("*",) if self.functions is None else self.functions
        object.__setattr__(self, "_models", NameSet.of(self.models))
        object.__setattr__(self, "_functions", NameSet.of(functions))
        object.__setattr__(self, "_hosted_tools", NameSet.of(self.hosted_tools))
        object.__setattr__(self, "_mcp_servers", NameSet.of(self.mcp_servers))

    def allows_model(self, name: str) -> bool:
        return name in self._models

    def allows_api(self, api: str) -> bool:
        return self.apis is None or api in self.apis

    def allows_function(self, name: str) -> bool:
        return name in self._functions

    def allows_hosted_tool(self, kind: str) -> bool:
        return kind in self._hosted_tools

    def allows_mcp_server(self, label: str) -> bool:
        return label in self._mcp_servers

    def allows_privilege(self, name: str) -> bool:
        """`name` is store, background or service_tier."""
        return name in self.allow


TRIAL: Final = Role(
    name="trial",
    models=("*",),
    apis=frozenset("chat responses completions embeddings messages gemini moderations images audio".split()),
)
"""The role of the trial key: every model, nothing that a provider runs or keeps."""


@dataclass(frozen=True, slots=True)
class Team:
    """`roles` None: no ceiling; `regions` None: any. Both hold what the teams `above` it leave: its parent, the parent's, and so on."""

    name: str
    roles: frozenset[str] | None = None
    cost_centre: str | None = None
    regions: frozenset[str] | None = None
    above: tuple[str, ...] = ()
    default_model: str | None = None
