"""A policy in force: what the request path reads.

Resolved and compiled at load, frozen from then on. A call keeps the snapshot that it took at the
door. Questions about a name cost well under a microsecond when the name is declared as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf
from types import MappingProxyType
from typing import Final

from gateway.policy.auditing import Audit
from gateway.policy.declared_keys import DeclaredKey
from gateway.policy.entries import Entry
from gateway.policy.faults import Fault
from gateway.policy.globs import Glob
from gateway.policy.guardrails import Guardrail
from gateway.policy.identities import IdentityProvider
from gateway.policy.later import NotYet
from gateway.policy.models.egress import Network
from gateway.policy.models.processor import ProcessorEntry
from gateway.policy.models.use_cases import UseCaseEntry
from gateway.policy.price import Price
from gateway.policy.protection import Privacy
from gateway.policy.roles import TRIAL, Role, Team, held_roles
from gateway.policy.scopes import OF_CALLER, Scopes
from gateway.policy.secrets import Secret
from gateway.policy.via import Via
from gateway.policy.webhooks import Webhook

MAX_MODEL_NAME_CHARS: Final = 256
MAX_REMEMBERED_NAMES: Final = 1024
MAX_REMEMBERED_HOLDERS: Final = 1024


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. `first_byte_s` is for streams only."""

    connect_s: float = 5.0
    first_byte_s: float = 120.0
    idle_s: float = 120.0
    total_s: float = 900.0


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider that is on. `base_url` has no trailing slash; None for echo; of azure it may hold {model},
    and ends in a query where its version asks for one.

    `apis` are the operations it offers, None: all. `headers` are sent on top of what its dialect sends;
    names are lower-case. `via` None: it is reached straight, with the system's authorities.
    """

    name: str
    dialect: str
    base_url: str | None = field(default=None, repr=False)
    credentials: tuple[Secret, ...] = ()
    region: str | None = None
    timeouts: Timeouts = Timeouts()
    free: bool = False
    apis: frozenset[str] | None = None
    headers: tuple[tuple[str, Secret], ...] = ()
    via: Via | None = None
    processor: ProcessorEntry | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One model of one provider; `name` is provider/model as declared or as asked for.

    `price` None: by the dated price list. `context_window` and `max_output` are tokens, None: as in the list, and as the
    window. `hosted_tools` are globs of tools that the provider runs, and the nano-dollars that each adds at most.
    """

    name: str
    provider: Provider
    model: str
    weight: int = 1
    price: Price | None = None
    context_window: int | None = None
    max_output: int | None = None
    hosted_tools: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """What stands behind a name. `name` is as declared: a glob where a glob matched.

    `targets` are those whose provider is on; `off` names the others. `fallbacks` are names to be
    given to `Policy.model_for`.
    """

    name: str
    targets: tuple[Target, ...]
    fallbacks: tuple[str, ...] = ()
    retries: int = 0
    off: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """All of it. `keys` are by hash; `entries` are its limits and budgets; `privacy` None: no call is
    looked at; `off` names the providers that are off, and why. `not_yet` is what of it is declared and not enforced; `warnings` are rules that are valid and surely not meant so."""

    revision: str
    teams: Mapping[str, Team] = field(default_factory=dict)
    providers: Mapping[str, Provider] = field(default_factory=dict)
    models: Mapping[str, Model] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    identity_providers: Mapping[str, IdentityProvider] = field(default_factory=dict)
    egress: tuple[Network, ...] = ()
    keys: Mapping[str, DeclaredKey] = field(default_factory=dict)
    audit: Audit = field(default_factory=Audit)
    use_cases: Mapping[str, UseCaseEntry] = field(default_factory=dict)
    entries: tuple[Entry, ...] = field(
        default=(), compare=False
    )  # code made of the text that `revision` names
    privacy: Privacy | None = field(default=None, compare=False)
    webhooks: tuple[Webhook, ...] = ()
    guardrails: tuple[Guardrail, ...] = ()
    off: Mapping[str, str] = field(default_factory=dict)
    not_yet: tuple[NotYet, ...] = ()
    warnings: tuple[Fault, ...] = field(default=(), compare=False)
    scopes: Scopes = field(init=False, repr=False, compare=False)
    """The same entries, asked with what is known of a call."""
    throttled: Scopes = field(init=False, repr=False, compare=False)
    """Of them, those on requests that depend on nothing but who calls."""
    follows: bool = field(init=False, compare=False)
    """Whether an entry speaks of the target or the model, so that a fallback counts elsewhere."""
    _globs: tuple[tuple[Glob, Model], ...] = field(init=False, repr=False, compare=False)
    _remembered: dict[str, Model] = field(init=False, repr=False, compare=False)
    _held: dict[tuple[str | None, tuple[str, ...]], tuple[Role, ...]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        for name in (
            "teams",
            "providers",
            "models",
            "roles",
            "keys",
            "identity_providers",
            "use_cases",
            "off",
        ):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        globs = [(Glob.of(name), model) for name, model in self.models.items() if "*" in name]
        globs.sort(key=lambda pair: (pair[0].specificity, pair[0].text), reverse=True)
        object.__setattr__(self, "scopes", Scopes(self.entries))
        own = (each for each in self.entries if each.kind == "requests" and each.asks <= OF_CALLER)
        object.__setattr__(self, "throttled", Scopes(tuple(own)))
        object.__setattr__(self, "follows", any(entry.of_target or entry.of_model for entry in self.entries))
        object.__setattr__(self, "_globs", tuple(globs))
        object.__setattr__(self, "_remembered", {})
        object.__setattr__(self, "_held", {})

    @property
    def reads_texts(self) -> bool:
        """Somebody looks at what callers say."""
        return self.privacy is not None or bool(self.guardrails)

    def team(self, name: str) -> Team | None:
        return self.teams.get(name)

    def role(self, name: str) -> Role | None:
        return TRIAL if name == TRIAL.name else self.roles.get(name)

    def held(self, team: str | None, roles: tuple[str, ...]) -> tuple[Role, ...] | None:
        """The roles that count for whoever holds `roles` in `team`: with those that they extend, under the
        team's ceiling, the highest cap on output first. None: the team is not declared."""
        holder = (team, roles)
        held = self._held.get(holder)
        if held is not None:
            return held
        ceiling = None
        if team is not None:
            if team not in self.teams:
                return None
            ceiling = self.teams[team].roles
        if len(self._held) >= MAX_REMEMBERED_HOLDERS:
            self._held.clear()
        found = held_roles(self.role, ceiling, roles)
        held = self._held[holder] = tuple(sorted(found, key=_least_cap_last))
        return held

    def model_for(self, asked: str) -> Model | None:
        """The model of exactly that name, else of the most specific glob that matches it.

        Behind a glob, targets hold the asked name in place of their *. None: no such model.
        """
        remembered = self._remembered.get(asked)
        if remembered is not None:
            return remembered
        found = self._find(asked)
        if found is not None:
            if len(self._remembered) >= MAX_REMEMBERED_NAMES:
                self._remembered.clear()
            self._remembered[asked] = found
        return found

    def _find(self, asked: str) -> Model | None:
        if len(asked) > MAX_MODEL_NAME_CHARS or "*" in asked:
            return None
        exact = self.models.get(asked)
        if exact is not None:
            return exact
        if not asked.isprintable() or any(part in ("", ".", "..") for part in asked.split("/")):
            return None  # it may become part of a provider's path, where such parts lead elsewhere
        for glob, model in self._globs:
            if glob.matches(asked):
                return substituted(model, glob, asked)
        return None


def _least_cap_last(role: Role) -> float:
    return -inf if role.max_output_tokens is None else -role.max_output_tokens


def substituted(model: Model, glob: Glob, asked: str) -> Model:
    """`model` with the asked name in place of each target's *.

    What the glob's literal beginning says up to its last / is our own address, not the provider's
    name: behind "local/*", local/llama3 is llama3.
    """
    meant = asked[glob.prefix.rfind("/") + 1 :]
    targets = tuple(
        replace(target, name=target.name.replace("*", meant), model=target.model.replace("*", meant))
        if "*" in target.model
        else target
        for target in model.targets
    )
    off = tuple(name.replace("*", meant) for name in model.off)
    return Model(model.name, targets, model.fallbacks, model.retries, off)
