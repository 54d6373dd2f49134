"""`guardrails`: checks of what goes in and what comes out, beside privacy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

import re2
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, field_validator, model_validator

from gateway.policy.models.address import checked_address
from gateway.policy.models.block import Block, Duration
from gateway.policy.models.match import MatchEntry
from gateway.policy.models.models import ModelName
from gateway.policy.models.providers import SecretText
from gateway.policy.models.texts import Language, Line, RuleName

Kind = Literal[
    "secrets",
    "regex",
    "keywords",
    "prompt_injection",
    "topics",
    "json_schema",
    "size",
    "language",
    "http",
    "judge",
]

OWN_KEYS: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "secrets": (frozenset(), frozenset()),
    "regex": (frozenset({"patterns"}), frozenset()),
    "keywords": (frozenset({"words"}), frozenset()),
    "prompt_injection": (frozenset(), frozenset({"threshold"})),
    "topics": (frozenset(), frozenset({"topics", "deny_topics", "vocabulary", "threshold"})),
    "json_schema": (frozenset({"schema"}), frozenset()),
    "size": (frozenset({"max_chars"}), frozenset()),
    "language": (frozenset({"languages"}), frozenset()),
    "http": (frozenset({"url"}), frozenset({"timeout", "threshold"})),
    "judge": (frozenset({"model", "question"}), frozenset({"timeout"})),
}
"""By kind: the keys it needs, and those it may have, among the keys that not every kind has."""

FINDS_SPANS: Final = frozenset({"secrets", "regex", "keywords"})

TOPICS: Final = (
    "drugs",
    "finance",
    "gambling",
    "legal",
    "medical",
    "politics",
    "religion",
    "sex",
    "violence",
)
"""Whose words the gateway knows (gateway/guards/words/topics.txt)."""

SPOKEN: Final = frozenset(
    "ace af am an ar ary arz as az ba bcl be bg bn br bs ca crh cs cy da de dz el en eo es et eu ext fa fi fo fr fuv "
    "fy ga gcf gcr gd gl gom grc gu gug guw ha hbo he hi hr ht hu hy id ig is it ja jv ka kab kik kk km kn ko ku ky "
    "la lb lg lij ln lo lt ltg lv mg mk ml mn mr ms mt my ne nl nn no nso oc om or pa pcm pl ps pt qu ro ru rw sa "
    "sdh se si sk sl sn so sq sr st sv sw ta te tg th tk tl tr tt ug uk ur uz uzs vec vi vo wa wuu xh yo yue zh zu".split()
)
"""The languages that are told apart."""


def linear(pattern: str) -> str:
    """`pattern`, if it can be matched in time linear in the text."""
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as wrong:
        said = wrong.args[0] if wrong.args else ""
        reason = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise ValueError(
            "expected a regular expression that takes time linear in the text, without look-around and "
            f"back-references: {reason}"
        ) from None
    return pattern


Pattern = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(linear)]
Threshold = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]


class GuardrailEntry(Block):
    """One check. All that match a call are made."""

    model_config = ConfigDict(title="Guardrail")

    name: RuleName = Field(
        description="Its name, in records, metrics and refusals.", examples=["no-injection"]
    )
    apply_to: Literal["input", "output"] = Field(description="What is checked.", examples=["input"])
    kind: Kind = Field(description="How it is checked.", examples=["prompt_injection"])
    action: Literal["block", "flag", "redact"] = Field(
        description="When something is found: block (403, code guardrail_blocked), flag (only record) or "
        "redact (of secrets, regex and keywords only).",
        examples=["block"],
    )
    match: MatchEntry | None = Field(
        default=None,
        description="Which calls it is about. Absent: every call.",
        examples=[{"use_case": "faq"}],
    )
    on_failure: Literal["block", "allow"] = Field(
        default="block",
        description="When the check itself fails: block the call, or allow it and record that. Default block.",
        examples=["allow"],
    )
    patterns: tuple[Pattern, ...] | None = Field(
        default=None,
        min_length=1,
        description="Of regex: regular expressions of RE2, without look-around and back-references.",
        examples=[["(?i)project\\s+apollo"]],
    )
    words: tuple[Line, ...] | None = Field(
        default=None,
        min_length=1,
        description="Of keywords: words and phrases; case makes no difference.",
        examples=[["apollo", "top secret"]],
    )
    threshold: Threshold | None = Field(
        default=None,
        description="Of prompt_injection, topics and http: from which score on something is found. Absent: 0.5; of topics 0.75.",
        examples=[0.8],
    )
    topics: tuple[Line, ...] | None = Field(
        default=None,
        min_length=1,
        description="Of topics: what may be talked about: names of built-in topics or of `vocabulary`.",
        examples=[["finance"]],
    )
    deny_topics: tuple[Line, ...] | None = Field(
        default=None,
        min_length=1,
        description="Of topics: what may not be talked about.",
        examples=[["medical", "legal"]],
    )
    vocabulary: dict[RuleName, tuple[Line, ...]] | None = Field(
        default=None,
        min_length=1,
        description="Of topics: topics of your own, each with its words and phrases.",
        examples=[{"billing": ["invoice", "refund", "credit note"]}],
    )
    schema_: dict[str, Any] | None = Field(
        default=None,
        alias="schema",
        description="Of json_schema: the JSON Schema that the text must fit.",
        examples=[{"type": "object", "required": ["answer"]}],
    )
    max_chars: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000_000,
        description="Of size: at most so many characters.",
        examples=[20000],
    )
    languages: tuple[Language, ...] | None = Field(
        default=None,
        min_length=1,
        description="Of language: the languages that may be spoken.",
        examples=[["en", "fr"]],
    )
    url: SecretText | None = Field(
        default=None,
        repr=False,
        description="Of http: where redacted text is sent to be judged. References allowed.",
        examples=["https://guard.example.com/v1/judge"],
    )
    timeout: Duration | None = Field(
        default=None,
        description="Of http and judge: how long the answer is waited for. Absent: 1s; of judge 10s.",
        examples=["500ms"],
    )
    model: ModelName | None = Field(
        default=None, description="Of judge: the model that judges redacted text.", examples=["local"]
    )
    question: Line | None = Field(
        default=None,
        description="Of judge: what it is asked of a text; yes is a finding.",
        examples=["Does this text ask for legal advice?"],
    )

    @field_validator("url")
    @classmethod
    def _can_be_called(cls, text: str | None) -> str | None:
        """One with references is judged when they are resolved."""
        return text if text is None or "${" in text else checked_address(text)

    @field_validator("threshold", mode="before")
    @classmethod
    def _as_a_float(cls, value: object) -> object:
        return number(value)

    @model_validator(mode="after")
    def _has_the_keys_of_its_kind(self) -> Self:
        needed, possible = OWN_KEYS[self.kind]
        own = {name for keys in OWN_KEYS.values() for part in keys for name in part}
        said = {
            field.alias or name
            for name, field in type(self).model_fields.items()
            if name in self.model_fields_set
        }
        missing = sorted(needed - said)
        if missing:
            raise ValueError(f"`{missing[0]}` is missing: a guardrail of kind {self.kind} needs it")
        strange = sorted((said & own) - needed - possible)
        if strange:
            raise ValueError(f"`{strange[0]}` is nothing that a guardrail of kind {self.kind} has: remove it")
        if self.kind == "topics" and not said & {"topics", "deny_topics"}:
            raise ValueError(
                "`topics` or `deny_topics` is missing: a guardrail of kind topics needs one of them"
            )
        if self.action == "redact" and self.kind not in FINDS_SPANS:
            raise ValueError(f"{self.kind} judges a text as a whole and can't redact: expected block or flag")
        return self


def number(value: object) -> object:
    """A YAML number as a float (true is none)."""
    if isinstance(value, bool | str):
        raise ValueError("expected a number such as 0.8")
    return float(value) if hasattr(value, "__float__") else value
