"""`match`: which calls a rule is about. The same words wherever a rule has one.

Several keys are all; a list is any; * in a name stands for any characters; `not` turns what is below it
round; absent is every call.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from gateway.policy.models.block import Block
from gateway.policy.models.hours import HoursEntries
from gateway.policy.models.keys import network
from gateway.policy.models.texts import shaped

Fact = Literal[
    "team",
    "user",
    "role",
    "key",
    "use_case",
    "model",
    "api",
    "tag",
    "provider",
    "target",
    "region",
    "network",
    "hours",
    "end_user",
]

CLAIMS: Final = frozenset({"use_case", "tag", "end_user"})
"""What a request says of itself: a rule that protects may match on it only to tighten."""

OF_TARGET: Final = frozenset({"provider", "target", "region"})
"""What is known only once it is known where a call goes."""

MOST_NAMES: Final = 256
NAME_PATTERN: Final = r"^\S+( \S+)*$"

Named = Annotated[
    str,
    StringConstraints(max_length=300),
    AfterValidator(shaped(NAME_PATTERN, "a name or a glob in one line, without spaces around it")),
]


def one_or_more(value: object) -> object:
    """A single value as a list of one."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, tuple):
        raise ValueError('expected a name, a glob such as "a-*", or a list of them')
    if not value:
        raise ValueError("expected at least one name: absent, it is every call")
    return value


def networks(value: object) -> object:
    names = one_or_more(value)
    assert isinstance(names, tuple)  # as one_or_more says
    return tuple(network(name) if isinstance(name, str) else name for name in names)


def one_or_list(item: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value that may stand alone or in a list."""
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1, "maxItems": MOST_NAMES}]}


_TEXT: Final = {"type": "string", "pattern": NAME_PATTERN, "minLength": 1, "maxLength": 300}

Names = Annotated[
    tuple[Named, ...],
    Field(max_length=MOST_NAMES),
    BeforeValidator(one_or_more),
    WithJsonSchema(one_or_list(_TEXT)),
]
Networks = Annotated[
    tuple[Annotated[str, StringConstraints(max_length=64)], ...],
    Field(max_length=MOST_NAMES),
    BeforeValidator(networks),
    WithJsonSchema(one_or_list({"type": "string", "maxLength": 64})),
]


class Facts(Block):
    """What can be said of a call."""

    team: Names | None = Field(
        default=None, description="The team of the key or token.", examples=["legal", ["legal", "support-*"]]
    )
    user: Names | None = Field(default=None, description="The person of the key or token.", examples=["anna"])
    role: Names | None = Field(
        default=None, description="A role that the caller has; one is enough.", examples=["analyst"]
    )
    key: Names | None = Field(
        default=None,
        description="The id of a key, as `gateway keys list` shows it; of a declared one, policy: and its name.",
        examples=["policy:contract-review"],
    )
    use_case: Names | None = Field(
        default=None, description="The use case, proven by the key or claimed.", examples=["faq"]
    )
    model: Names | None = Field(
        default=None, description="The model asked for.", examples=["fast", "claude-*"]
    )
    api: Names | None = Field(
        default=None, description="The operation asked for.", examples=[["chat", "messages"]]
    )
    tag: Names | None = Field(
        default=None, description="A tag of the call, as name=value.", examples=["project=apollo"]
    )
    provider: Names | None = Field(
        default=None, description="The provider that is called.", examples=["vllm"]
    )
    target: Names | None = Field(
        default=None, description="The target that is called: provider/model.", examples=["openai/*"]
    )
    region: Names | None = Field(
        default=None, description="The region of the provider that is called.", examples=["eu"]
    )
    network: Networks | None = Field(
        default=None, description="Networks (CIDR) the caller is in.", examples=["10.0.0.0/8"]
    )
    hours: HoursEntries | None = Field(
        default=None,
        description="When: windows of days, by the wall clock of a time zone.",
        examples=[{"days": "mon-fri", "from": "08:00", "to": "18:00", "timezone": "Europe/Paris"}],
    )
    end_user: Names | None = Field(
        default=None, description="Whom the request says it is for.", examples=["user-4711"]
    )

    def names(self, fact: Fact) -> tuple[str, ...] | None:
        """What is asked of a fact that has names; None: nothing."""
        found: tuple[str, ...] | None = getattr(self, fact)
        return found

    @property
    def used(self) -> frozenset[str]:
        """The facts that are asked for, without those under `not`."""
        return frozenset(name for name in Facts.model_fields if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("this asks for nothing: name a fact, or leave it out and every call is meant")
        return self


class NotEntry(Facts):
    """Turned round: calls of which not all of this is so."""

    model_config = ConfigDict(title="Not")


class MatchEntry(Facts):
    """Which calls a rule is about: all of its keys must be so."""

    model_config = ConfigDict(title="Match")

    not_: NotEntry | None = Field(
        default=None,
        alias="not",
        description="Turned round: the rule is about calls of which not all of this is so. A call that "
        "lacks a fact is among them.",
        examples=[{"team": "legal"}],
    )

    @property
    def used_at_all(self) -> frozenset[str]:
        """The facts that are asked for, those under `not` included."""
        return self.used if self.not_ is None else self.used | self.not_.used
