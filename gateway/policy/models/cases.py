"""`tests/*.yaml` of a policy folder: what administrators expect of their policy, case by case."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema, model_validator

from gateway.policy.models.apis import Api
from gateway.policy.models.block import Block, PersonalName
from gateway.policy.models.keys import KeyName, Said
from gateway.policy.models.models import ModelName, TargetName
from gateway.policy.models.roles import Pattern, Privilege

Decision = Literal["allow", "refuse"]
MOMENT_PATTERN: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})$"


def moment_ms(text: object) -> int:
    """A time with its zone, as milliseconds since 1970. ValueError says what was expected."""
    expected = "expected a time with its zone, such as 2026-03-02T10:00+01:00"
    if not isinstance(text, str) or re.match(MOMENT_PATTERN, text, re.ASCII) is None:
        raise ValueError(expected)
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        raise ValueError(expected) from None


Moment = Annotated[
    int, BeforeValidator(moment_ms), WithJsonSchema({"type": "string", "pattern": MOMENT_PATTERN})
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=100_000)]


class CallerEntry(Block):
    """Who calls. `key` is one that the policy declares; otherwise the other members say what a key would."""

    model_config = ConfigDict(title="Caller")

    key: KeyName | None = Field(default=None, description="A key that the policy declares under `keys`.")
    roles: tuple[PersonalName, ...] = Field(
        default=(), description="The roles of the key.", examples=[["analyst"]]
    )
    role: PersonalName | None = Field(default=None, description="The same, where it is one.")
    team: PersonalName | None = Field(default=None, description="The team of the key. Absent: none.")
    user: Said | None = Field(
        default=None, description="The person who uses it. Absent: nobody in particular."
    )
    use_case: Said | None = Field(default=None, description="The use case of the key. Absent: none.")

    @model_validator(mode="after")
    def _says_who_once(self) -> Self:
        if self.key is not None and (self.roles or self.role or self.team or self.user or self.use_case):
            raise ValueError("a declared key says itself who calls: keep `key` alone")
        if self.role is not None and self.roles:
            raise ValueError("keep `role` or `roles`, not both")
        if self.key is None and self.role is None and not self.roles:
            raise ValueError("say who calls: a `role`, `roles`, or a declared `key`")
        return self

    @property
    def all_roles(self) -> tuple[str, ...]:
        return self.roles if self.role is None else (self.role,)


class RequestEntry(Block):
    """What is asked for. The gateway makes a request of it as an SDK would, and judges that."""

    model_config = ConfigDict(title="Request")

    model: ModelName | None = Field(
        default=None, description="The model that the request names. Absent: none.", examples=["fast"]
    )
    api: Api = Field(default="chat", description="The operation.")
    text: Text = Field(default="Hello.", description="What the user says.")
    stream: bool = Field(default=False, description="Whether the answer is to be streamed.")
    max_output_tokens: int | None = Field(
        default=None, ge=1, le=10_000_000, description="The caller's own limit."
    )
    functions: tuple[Pattern, ...] = Field(default=(), description="Functions offered to the model.")
    hosted_tools: tuple[Pattern, ...] = Field(default=(), description="Types of provider-run tools.")
    mcp_servers: tuple[Pattern, ...] = Field(
        default=(), description="URLs of MCP servers for the provider to call."
    )
    options: tuple[Privilege, ...] = Field(
        default=(), description="Switches that are set: store, background …"
    )
    use_case: Said | None = Field(default=None, description="The use case that the request claims.")
    tags: dict[Said, Said] = Field(default_factory=dict, description="The tags that the request claims.")
    address: Annotated[str, StringConstraints(min_length=2, max_length=64)] | None = Field(
        default=None, description="The address that the request comes from.", examples=["10.1.2.3"]
    )
    at: Moment | None = Field(
        default=None,
        description="When: a time with its zone. Absent: now.",
        examples=["2026-03-02T10:00+01:00"],
    )
    body: dict[str, Any] = Field(
        default_factory=dict,
        description="Members of the request's JSON, put over those that are made of all the above.",
    )


class ExpectEntry(Block):
    """What must come of it. Only what is written is compared."""

    model_config = ConfigDict(title="Expectation")

    decision: Decision = Field(description="allow or refuse.")
    code: Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")] | None = Field(
        default=None, description="The error's code.", examples=["model_forbidden"]
    )
    status: int | None = Field(default=None, ge=400, le=599, description="The HTTP status of the refusal.")
    says: Text | None = Field(default=None, description="Words that the refusal's message holds.")
    role: PersonalName | None = Field(default=None, description="The role that allows it.")
    targets: tuple[TargetName, ...] | None = Field(
        default=None,
        description="All targets that the call may reach, in any order.",
        examples=[["openai/gpt-5-mini"]],
    )
    not_targets: tuple[TargetName, ...] = Field(default=(), description="Targets it may not reach.")
    max_output_tokens: int | None = Field(default=None, ge=1, description="The role's limit on the output.")

    @model_validator(mode="after")
    def _fits_the_decision(self) -> Self:
        if self.decision == "allow" and (self.code or self.status or self.says):
            raise ValueError("`code`, `status` and `says` belong to what is refused")
        if self.decision == "refuse" and (self.role or self.targets is not None or self.max_output_tokens):
            raise ValueError("`role`, `targets` and `max_output_tokens` belong to what is allowed")
        return self


def _spelled_out(value: object) -> object:
    if isinstance(value, str) and value not in get_args(Decision):
        raise ValueError("expected allow, refuse, or a map that says more than that")
    return {"decision": value} if isinstance(value, str) else value


class CaseEntry(Block):
    """One case: who asks for what, and what must come of it."""

    model_config = ConfigDict(title="Case")

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        description="What is expected, in words."
    )
    as_: CallerEntry = Field(alias="as", description="Who calls.")
    request: RequestEntry = Field(default_factory=RequestEntry, description="What is asked for.")
    expect: Annotated[ExpectEntry, BeforeValidator(_spelled_out)] = Field(
        description="What must come of it: `allow`, `refuse`, or more than that."
    )


class CasesDocument(Block):
    """Every *.yaml in the folder `tests` of a policy folder, merged."""

    model_config = ConfigDict(title="Policy test")

    tests: tuple[CaseEntry, ...] = Field(default=(), description="The cases.")
