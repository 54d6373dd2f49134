"""`privacy`: what happens to personal data and secrets before a call leaves the house."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field, field_validator

from gateway.policy.models.block import Block
from gateway.policy.models.entities import ALIASES, Kind, Searched
from gateway.policy.models.match import MatchEntry
from gateway.policy.models.recognizers import RecognizerEntry
from gateway.policy.models.texts import Language, Line, RuleName, shaped

Action = Literal["block", "redact", "hash", "mask", "flag", "allow"]

MODEL_PATTERN: Final = r"^[A-Za-z][A-Za-z0-9_.]{0,99}$"

InstalledModel = Annotated[
    str,
    AfterValidator(shaped(MODEL_PATTERN, "the name of an installed model, such as en_core_web_sm")),
    Field(json_schema_extra={"pattern": MODEL_PATTERN}),
]


class ProfileEntry(Block):
    """What happens to each kind of data."""

    model_config = ConfigDict(title="Profile")

    extends: RuleName | None = Field(
        default=None,
        description="Another profile: what is not said here is as there, key by key.",
        examples=["standard"],
    )
    languages: tuple[Searched, ...] | None = Field(
        default=None,
        min_length=1,
        description="Languages that are looked for. Absent: all that the gateway knows.",
        examples=[["en", "fr", "de", "es"]],
    )
    entities: dict[Kind, Action] = Field(
        default_factory=dict,
        description="By kind of data, known or of your own `recognizers`: block (refuse the call), redact (a placeholder, put back in the answer), "
        "hash, mask, flag (only record) or allow. `default` is every kind that is on by default and not named "
        "here; absent, it is redact. Presidio's names are taken too.",
        examples=[{"default": "redact", "SECRET": "block", "DATE_TIME": "allow"}],
    )
    ner: dict[Language, InstalledModel] | None = Field(
        default=None,
        description="Models of spaCy that look for names too, by language; each must be installed (`pii-ner` installs "
        "those of English and French). Absent: none.",
        examples=[{"en": "en_core_web_sm", "fr": "fr_core_news_sm"}],
    )
    output: Literal["restore", "leave"] | None = Field(
        default=None,
        description="Placeholders in the answer: restore what they stand for, or leave them. Absent: restore.",
        examples=["restore"],
    )
    unread: Literal["block", "flag", "allow"] | None = Field(
        default=None,
        description="What can't be read (images, audio, files): block, flag or allow. Absent: flag.",
        examples=["block"],
    )
    on_failure: Literal["block", "allow"] | None = Field(
        default=None,
        description="When detection fails: block the call, or allow it and record that it was not read. "
        "Absent: block.",
        examples=["block"],
    )

    @field_validator("entities", mode="before")
    @classmethod
    def _names_each_once(cls, value: object) -> object:
        """An alias beside its name would be one of the two by chance."""
        if isinstance(value, dict):
            for name in value:
                if ALIASES.get(name) in value:
                    raise ValueError(f"`{name}` is another name of {ALIASES[name]}: keep one of the two")
            meant = [ALIASES[name] for name in value if name in ALIASES]
            if len(set(meant)) < len(meant):
                raise ValueError("two of these are names of one kind: keep one of them")
        return value


class PrivacyRuleEntry(Block):
    """Which profile applies to which calls."""

    model_config = ConfigDict(title="Privacy rule")

    name: RuleName = Field(
        description="Its name, in records, metrics and refusals.", examples=["own-machines"]
    )
    match: MatchEntry | None = Field(
        default=None,
        description="Which calls it is about. Absent: every call.",
        examples=[{"provider": "vllm"}],
    )
    profile: RuleName = Field(description="The profile that applies.", examples=["secrets-only"])
    reason: Line | None = Field(
        default=None,
        description="Why its profile may be weaker than the default one: required where it is.",
        examples=["runs in our own data centre"],
    )


class PrivacyEntry(Block):
    """All rules that match a call apply; of each kind of data, the strictest of them wins."""

    model_config = ConfigDict(title="Privacy")

    default: RuleName | None = Field(
        default=None,
        description="The profile of calls that no rule matches. Absent: they are not looked at.",
        examples=["standard"],
    )
    profiles: dict[RuleName, ProfileEntry] = Field(default_factory=dict, description="Profiles by name.")
    recognizers: dict[RuleName, RecognizerEntry] = Field(
        default_factory=dict, description="What else is looked for, by name."
    )
    rules: tuple[PrivacyRuleEntry, ...] = Field(
        default=(),
        description="Which profiles apply to which calls. Order decides nothing: block > redact > hash > mask > "
        "flag > allow.",
    )
