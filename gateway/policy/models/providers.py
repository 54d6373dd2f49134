"""`providers`: whom the gateway may call, how, and with which secret."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator

from gateway.policy.models.address import checked_address
from gateway.policy.models.block import Block, Duration, PlainName

REFERENCES_PATTERN = r"^([^$]|\$[^{]|\$\{(?!GATEWAY_)([A-Za-z_][A-Za-z0-9_]*|file:/[^{}]*)\})+$"
"""For editors; the loader says more exactly what is wrong with a reference."""

SecretText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=10_000),
    Field(json_schema_extra={"pattern": REFERENCES_PATTERN}),
]


class TimeoutsEntry(Block):
    """How long the gateway waits for a provider."""

    model_config = ConfigDict(title="Timeouts")

    connect: Duration = Field(default=5.0, description="To be connected, TLS included. Default 5s.")
    first_byte: Duration = Field(
        default=120.0, description="Streams only: from the request to the answer's headers. Default 2m."
    )
    idle: Duration = Field(default=120.0, description="Between two pieces of an answer. Default 2m.")
    total: Duration = Field(default=900.0, description="For the whole call. Default 15m.")


class ProviderEntry(Block):
    """One provider: an address that speaks a dialect."""

    model_config = ConfigDict(title="Provider")

    dialect: Literal["openai", "anthropic", "gemini", "echo"] = Field(
        description="The wire format it speaks. `echo` is built in, offline, and repeats what it is told."
    )
    base_url: SecretText | None = Field(
        default=None,
        repr=False,
        description="Where its API begins, without a path of one operation: https://api.openai.com/v1. "
        "May hold references: ${NAME} (a variable), ${file:/run/secrets/x} (a file).",
        examples=["https://api.openai.com/v1", "${LOCAL_LLM_URL}"],
    )
    credentials: tuple[SecretText, ...] = Field(
        default=(),
        repr=False,
        description="Its keys, as references: ${NAME} or ${file:/run/secrets/x}. "
        "Several: calls are spread over them.",
        examples=[["${OPENAI_API_KEY}"]],
    )
    region: PlainName | None = Field(
        default=None, description="Where it works, for a team's residency. Absent: outside every region."
    )
    timeouts: TimeoutsEntry = Field(default_factory=TimeoutsEntry, description="How long to wait for it.")
    price: Literal["free"] | None = Field(
        default=None,
        description="`free`: its calls cost nothing. Absent: priced per target, else by the price list.",
    )
    optional: bool = Field(
        default=False,
        description="true: without its variable or secret file the provider is off, instead of an error.",
    )

    @field_validator("base_url")
    @classmethod
    def _can_be_called(cls, text: str | None) -> str | None:
        """One with references is judged when they are resolved."""
        return text if text is None or "${" in text else checked_address(text)

    @model_validator(mode="after")
    def _has_an_address_where_one_is_needed(self) -> Self:
        if self.dialect == "echo":
            for key in ("base_url", "credentials"):
                if key in self.model_fields_set:
                    raise ValueError(f"echo is built in and takes no {key}: remove it")
        elif self.base_url is None:
            raise ValueError(f"base_url is missing: a provider of dialect {self.dialect} needs an address")
        return self
