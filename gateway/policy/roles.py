"""Roles and teams in force: what the request path asks of them, compiled at load."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from gateway.policy.globs import NameSet
from gateway.policy.hours import Hours
from gateway.policy.networks import within


@dataclass(frozen=True, slots=True)
class Role:
    """What a role allows. `None` is all, an empty tuple or set is none.

    `tags` are name=value. `inherited` are the roles that it extends and those that they extend, each once:
    who holds this one holds them too. `permissions` are words without wildcards. `conditional`: it may
    depend on more than what is asked for.
    """

    name: str
    models: tuple[str, ...] = ()
    apis: frozenset[str] | None = None
    max_output_tokens: int | None = None
    functions: tuple[str, ...] | None = None
    hosted_tools: tuple[str, ...] = ()
    mcp_servers: tuple[str, ...] = ()
    allow: frozenset[str] = frozenset()
    use_cases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    prompts: tuple[str, ...] | None = None
    require: frozenset[str] = frozenset()
    networks: tuple[str, ...] | None = None
    hours: Hours | None = None
    permissions: frozenset[str] = frozenset()
    within_own_team: bool = False
    inherited: tuple[Role, ...] = ()
    conditional: bool = field(init=False, repr=False, compare=False)
    _models: NameSet = field(init=False, repr=False, compare=False)
    _functions: NameSet = field(init=False, repr=False, compare=False)
    _hosted_tools: NameSet = field(init=False, repr=False, compare=False)
    _mcp_servers: NameSet = field(init=False, repr=False, compare=False)
    _use_cases: NameSet = field(init=False, repr=False, compare=False)
    _tags: NameSet = field(init=False, repr=False, compare=False)
    _prompts: NameSet = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        functions = ("*",) if self.functions is None else self.functions
        prompts = ("*",) if self.prompts is None else self.prompts
        conditions = (self.prompts, self.networks, self.hours, self.require or None)
        object.__setattr__(self, "conditional", conditions != (None, None, None, None))
        object.__setattr__(self, "_models", NameSet.of(self.models))
        object.__setattr__(self, "_functions", NameSet.of(functions))
        object.__setattr__(self, "_hosted_tools", NameSet.of(self.hosted_tools))
        object.__setattr__(self, "_mcp_servers", NameSet.of(self.mcp_servers))
        object.__setattr__(self, "_use_cases", NameSet.of(self.use_cases))
        object.__setattr__(self, "_tags", NameSet.of(self.tags))
        object.__setattr__(self, "_prompts", NameSet.of(prompts))

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

    def allows_use_case(self, name: str) -> bool:
        return name in self._use_cases

    def allows_prompt(self, name: str) -> bool:
        return name in self._prompts

    def lists_tag(self, tag: str) -> bool:
        """`tag` is name=value, or the name where it has no value."""
        return tag in self._tags

    def holds_from(self, address: str | None) -> bool:
        """Whether it holds from this address; what is no address lies in no network."""
        return self.networks is None or within(address, self.networks)

    def holds_at(self, at: datetime) -> bool:
        """`at` is aware of its zone, whichever."""
        return self.hours is None or self.hours.hold(at)


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


def held_roles(
    find: Callable[[str], Role | None], ceiling: frozenset[str] | None, names: Iterable[str]
) -> Iterator[Role]:
    """Those of `names` that can be found, each with the roles that it extends behind it, as far as the
    ceiling of a team leaves them (None: all), each once."""
    seen = set[str]()
    for name in names:
        role = find(name)
        if role is None:
            continue
        for held in (role, *role.inherited):
            if held.name not in seen and (ceiling is None or held.name in ceiling):
                seen.add(held.name)
                yield held
