"""Freezes, as administrators ask for them and are told of them."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    WithJsonSchema,
    model_serializer,
    model_validator,
)

from gateway.admin.words import VISIBLE, Asked, Label, Time, Told, visible
from gateway.policy.models.keys import Network
from gateway.policy.models.match import NAME_PATTERN
from gateway.policy.models.texts import shaped

_MOST: Final = 64
_WORD: Final = f"{VISIBLE.removeprefix('^').removesuffix(']+$')} ]+"
_LINE: Final = f"^{_WORD}( {_WORD})*$"
_EMPTY: Final = "this asks for nothing: name a fact, such as team"

Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=256),
    AfterValidator(shaped(NAME_PATTERN, "a name or a glob in one line, without spaces around it")),
    AfterValidator(visible),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 256, "pattern": _LINE}),
]
Names = Annotated[tuple[Name, ...], Field(min_length=1, max_length=_MOST, strict=False)]


class FreezeMatch(Asked):
    """Which calls: of each fact one of its names, or globs. People are stopped by `users disable`."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    team: Names = Field((), description="The team of the key or token.", examples=[["support"]])
    role: Names = Field((), description="A role that the caller has; one is enough.")
    key: Names = Field((), description="The id of a key, as the list of keys shows it.")
    use_case: Names = Field((), description="The use case, proven by the key or claimed.")
    model: Names = Field((), description="The model asked for.", examples=[["gpt-*"]])
    api: Names = Field((), description="The operation asked for.")
    tag: Names = Field((), description="A tag of the call, as name=value.")
    provider: Names = Field((), description="The provider that is called.", examples=[["openai"]])
    target: Names = Field((), description="The target that is called: provider/model.")
    region: Names = Field((), description="The region of the provider that is called.")
    network: Annotated[tuple[Network, ...], Field(min_length=1, max_length=_MOST, strict=False)] = Field(
        (), description="Networks (CIDR) the caller is in."
    )

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError(_EMPTY)
        return self

    @model_serializer(mode="wrap")
    def _only_what_is_asked(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A fact without a name is none, wherever it is sent."""
        return {fact: names for fact, names in whole(self).items() if names}

    def facts(self) -> dict[str, tuple[str, ...]]:
        """Those that are asked for; the same for the same calls, in whatever order they were named."""
        asked = {fact: getattr(self, fact) for fact in sorted(self.model_fields_set)}
        return {fact: tuple(sorted(set(names))) for fact, names in asked.items()}


class NewFreeze(Asked):
    match: FreezeMatch
    reason: Label = Field(description="Why, for those who look after you.", examples=["incident 4711"])


class EndOfFreeze(Asked):
    match: FreezeMatch = Field(description="As it was frozen.")


class FreezeTold(Told):
    """No call of which all of this is so goes anywhere."""

    id: str
    match: dict[str, list[str]]
    reason: str
    who: str = Field(description="Who froze them.")
    since: Time


class Freezes(Told):
    freezes: list[FreezeTold] = Field(description="Those in force, oldest first.")


class Unfrozen(Told):
    ended: list[str] = Field(description="The ids of the freezes that are in force no more.")
