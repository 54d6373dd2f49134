"""`providers`: whom the gateway may call, how, and with which secret."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, field_validator, model_validator

from gateway.policy.models.address import checked_address, checked_proxy
from gateway.policy.models.apis import Api, offerable
from gateway.policy.models.azure import VERSION_PATTERN, checked_resource, checked_version, has_deployments
from gateway.policy.models.block import Block, Duration, PlainName
from gateway.policy.models.headers import (
    CREDENTIAL_HEADER,
    MOST_HEADERS,
    NAME_PATTERN,
    checked_name,
    checked_value,
)
from gateway.policy.models.processor import ProcessorEntry

REFERENCES_PATTERN = r"^([^$]|\$[^{]|\$\{(?!GATEWAY_)([A-Za-z_][A-Za-z0-9_]*|file:/[^{}]*)\})+$"
"""For editors; the loader says more exactly what is wrong with a reference."""

SecretText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=10_000),
    Field(json_schema_extra={"pattern": REFERENCES_PATTERN}),
]


HeaderName = Annotated[
    str, AfterValidator(checked_name), Field(json_schema_extra={"pattern": NAME_PATTERN}, max_length=64)
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

    dialect: Literal["openai", "azure", "anthropic", "gemini", "bedrock", "vertex", "echo"] = Field(
        description="The wire format it speaks. `echo` is built in, offline, and repeats what it is told."
    )
    base_url: SecretText | None = Field(
        default=None,
        repr=False,
        description="Where its API begins, without a path of one operation: https://api.openai.com/v1; of azure the "
        "resource: https://NAME.openai.azure.com. "
        "May hold references: ${NAME} (a variable), ${file:/run/secrets/x} (a file). Absent: only echo needs none.",
        examples=["https://api.openai.com/v1", "${LOCAL_LLM_URL}"],
    )
    credentials: tuple[SecretText, ...] = Field(
        default=(),
        repr=False,
        description="Its keys, as references: ${NAME} or ${file:/run/secrets/x}. "
        "Several: calls are spread over them. Absent: none.",
        examples=[["${OPENAI_API_KEY}"]],
    )
    apis: tuple[Api, ...] | None = Field(
        default=None,
        min_length=1,
        description="Operations it offers. Absent: what its dialect offers at its address.",
        examples=[["chat", "embeddings"]],
    )
    region: PlainName | None = Field(
        default=None,
        description="Where it works, for a team's residency. Absent: outside every region.",
        examples=["eu"],
    )
    timeouts: TimeoutsEntry = Field(default_factory=TimeoutsEntry, description="How long to wait for it.")
    price: Literal["free"] | None = Field(
        default=None,
        description="`free`: its calls cost nothing. Absent: priced per target, else by the price list.",
    )
    headers: dict[HeaderName, SecretText] = Field(
        default_factory=dict,
        max_length=MOST_HEADERS,
        repr=False,
        description="Headers sent to it on top of what its dialect sends; values may hold references. Absent: none.",
        examples=[{"OpenAI-Organization": "org-4711"}],
    )
    proxy: SecretText | None = Field(
        default=None,
        repr=False,
        description="The proxy on the way to it: http(s)://[user:password@]host[:port]; may hold references. "
        "Absent: none, whatever the environment says.",
        examples=["http://proxy.example.com:3128", "http://gateway:${PROXY_PASSWORD}@proxy.example.com:3128"],
    )
    ca_file: Annotated[str, StringConstraints(pattern=r"^/[^$]*$", max_length=4096)] | None = Field(
        default=None,
        description="A PEM file, by its absolute path, of the authorities that vouch for it. "
        "Absent: the system's.",
        examples=["/etc/ssl/internal-ca.pem"],
    )
    api_version: Annotated[str, AfterValidator(checked_version)] | None = Field(
        default=None,
        json_schema_extra={"pattern": VERSION_PATTERN},
        description="Of azure only: a dated version such as 2024-10-21, with a path for each deployment. "
        "Absent: the v1 API; preview: its preview.",
        examples=["2024-10-21"],
    )
    optional: bool = Field(
        default=False,
        description="true: without its variable or secret file the provider is off, instead of an error. "
        "Default false.",
    )
    processor: ProcessorEntry | None = Field(
        default=None,
        description="Who it is in the eyes of data protection law. Absent: it is not in the record of processing.",
    )

    @field_validator("base_url")
    @classmethod
    def _can_be_called(cls, text: str | None) -> str | None:
        """One with references is judged when they are resolved."""
        return text if text is None or "${" in text else checked_address(text)

    @field_validator("proxy")
    @classmethod
    def _leads_through(cls, text: str | None) -> str | None:
        if text is not None and "${" not in text:
            checked_proxy(text)
        return text

    @field_validator("headers")
    @classmethod
    def _fit_into_lines(cls, headers: dict[str, str]) -> dict[str, str]:
        if len({name.lower() for name in headers}) < len(headers):
            raise ValueError("two of these are one header: upper and lower case make no difference")
        for name, value in headers.items():
            if "${" not in value:
                try:
                    checked_value(value)
                except ValueError as wrong:
                    raise ValueError(f"`{name}`: {wrong}") from None
        return headers

    @model_validator(mode="after")
    def _has_an_address_where_one_is_needed(self) -> Self:
        if self.dialect == "echo":
            for key in ("base_url", "credentials", "headers", "proxy", "ca_file"):
                if key in self.model_fields_set:
                    raise ValueError(f"echo is built in and takes no {key}: remove it")
        elif self.base_url is None:
            raise ValueError(f"base_url is missing: a provider of dialect {self.dialect} needs an address")
        elif self.dialect == "azure" and "${" not in self.base_url:
            checked_resource(self.base_url)
        return self

    @model_validator(mode="after")
    def _asks_for_what_its_dialect_has(self) -> Self:
        if self.api_version is not None and self.dialect != "azure":
            raise ValueError("`api_version` belongs to the dialect azure: remove it")
        known = offerable(self.dialect, self.api_version)
        strange = next((api for api in self.apis or () if api not in known), None)
        if strange is not None and has_deployments(self.api_version):
            raise ValueError(
                f"`{strange}` has no path of a deployment: it needs Azure's v1 API, without api_version"
            )
        if strange is not None:
            advice = "declare its server again under another name, with the dialect that has it"
            raise ValueError(f"a provider of dialect {self.dialect} can't offer `{strange}`: {advice}")
        sent = CREDENTIAL_HEADER.get(self.dialect)
        if self.credentials and sent in {name.lower() for name in self.headers}:
            raise ValueError(f"`{sent}` is how `credentials` are sent: keep one of the two")
        return self
