"""`privacy.recognizers`: what administrators look for beside what the gateway knows."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, field_validator, model_validator

from gateway.policy.models.block import Block
from gateway.policy.models.entities import DEFAULT, Kind, Searched
from gateway.policy.models.guardrails import Pattern, Threshold, number
from gateway.policy.models.texts import Line

Checksum = Literal[
    "luhn",
    "iban",
    "mod97_10",
    "mod11_10",
    "verhoeff",
    "damm",
    "ssn",
    "nino",
    "nhs",
    "nir",
    "steuer_id",
    "kvnr",
    "dni",
    "codice_fiscale",
    "bsn",
    "nif",
    "cpf",
]

_MOST_VALUES = 1_000


def _finds_something(pattern: str) -> str:
    """A pattern that can match nothing at all matches everywhere."""
    if pattern.strip("^$.*?+()|") == "":
        raise ValueError("expected a pattern that says what it looks for")
    return pattern


Value = Annotated[str, StringConstraints(min_length=2), Line]


class RecognizerEntry(Block):
    """One kind of value, by patterns or by lists."""

    model_config = ConfigDict(title="Recognizer")

    entity: Kind = Field(
        description="The kind of data: one that the gateway knows, or a name of your own in capitals. A kind of "
        "your own is on by default.",
        examples=["BADGE"],
    )
    patterns: tuple[Annotated[Pattern, AfterValidator(_finds_something)], ...] = Field(
        default=(),
        max_length=50,
        description="Regular expressions of RE2. Of each, the value is its first group, or all of it.",
        examples=[["\\bBX-\\d{4}\\b"]],
    )
    context: tuple[Line, ...] = Field(
        default=(),
        max_length=100,
        description="Words one of which must stand in front of what a pattern matches, at most 48 bytes away; case "
        "makes no difference. Absent: nothing must.",
        examples=[["badge", "badge number"]],
    )
    checksum: Checksum | None = Field(
        default=None,
        description="A check that what a pattern matches must pass; spaces and signs in it do not count. Absent: none.",
        examples=["luhn"],
    )
    score: Threshold = Field(
        default=0.8,
        description="How sure it is that a match is such a value. Below 0.5 it is not acted on. Default 0.8.",
        examples=[0.9],
    )
    languages: tuple[Searched, ...] = Field(
        default=(),
        description="Only profiles that look for one of these languages use its patterns and `deny`. Absent: all.",
        examples=[["en"]],
    )
    deny: tuple[Value, ...] = Field(
        default=(),
        max_length=_MOST_VALUES,
        description="Values that are always of this kind, wherever they stand as whole words; case makes no difference.",
        examples=[["Project Apollo"]],
    )
    allow: tuple[Value, ...] = Field(
        default=(),
        max_length=_MOST_VALUES,
        description="Values that never are of this kind, whoever finds them; case makes no difference.",
        examples=[["support@example.org"]],
    )

    @field_validator("entity")
    @classmethod
    def _is_a_kind(cls, name: str) -> str:
        if name == DEFAULT:
            raise ValueError("expected a kind of data, or a name of your own such as BADGE")
        return name

    @field_validator("score", mode="before")
    @classmethod
    def _as_a_float(cls, value: object) -> object:
        return number(value)

    @model_validator(mode="after")
    def _looks_for_something(self) -> Self:
        if not (self.patterns or self.deny or self.allow):
            raise ValueError("`patterns`, `deny` or `allow` is missing: a recognizer needs one of them")
        for key in ("context", "checksum"):
            if getattr(self, key) and not self.patterns:
                raise ValueError(f"`{key}` is about what `patterns` match: add some, or remove it")
        return self
