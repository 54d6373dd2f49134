"""Where the gateway runs: environment and flags. The only reader of `os.environ`.

What it *decides* is policy (a folder of YAML); what is here is about the machine it runs on.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gateway.errors import GatewayError

_PREFIX: Final = "GATEWAY_"
_POSTGRES: Final = ("postgresql://", "postgresql+psycopg://")
_ADMIN_KEY_CHARS: Final = 32
_PRINTED: Final = re.compile(r"[!-~]+")
_OTHERS: Final = frozenset({"GATEWAY_TRIAL_KEY", "GATEWAY_URL", "GATEWAY_TOKEN"})
"""No settings, but what the README tells people to set, and what the command line reads."""


class SettingsInvalid(GatewayError):
    """One sentence per setting that is wrong."""

    def __init__(self, sentences: tuple[str, ...]) -> None:
        super().__init__("; ".join(sentences))
        self.sentences = sentences


class Settings(BaseSettings):
    """Read from `GATEWAY_*`; every field is documented in docs/settings.md."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    policies: Path = Field(Path("policies"), description="Folder of policy files.")
    data: Path = Field(
        Path("data"), description="Folder of the audit spool, the SQLite file and generated secrets."
    )
    database_url: SecretStr | None = Field(
        None,
        description="Where the records are kept: sqlite:///PATH, or postgresql://USER:PASSWORD@HOST/NAME for several "
        "gateways; default: SQLite under the data folder.",
    )
    redis_url: SecretStr | None = Field(
        None,
        description="Where limits and budgets are counted for several gateways: redis://, rediss://, "
        "redis+sentinel://, redis+cluster://; default: each gateway counts for itself.",
    )
    secret_key: SecretStr | None = Field(
        None, description="Secret from which all keys are derived; default: a file."
    )
    signing_key: SecretStr | None = Field(
        None, description="Secret from which the keys that sign are derived; default: a file."
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    admin_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="Port of the admin side; default: that of calls, for callers on this machine.",
    )
    admin_host: str | None = Field(
        None, description="Address that the admin side's own port listens on; default: that of calls."
    )
    admin_key: SecretStr | None = Field(
        None, description="A key with all permissions, for administration only."
    )
    workers: int = Field(
        1, ge=1, le=64, description="Processes on the port. More than one need GATEWAY_REDIS_URL."
    )
    upstream: Literal["aiohttp", "httpx"] = Field("aiohttp", description="HTTP client towards providers.")
    max_body_bytes: int = Field(32 * 1024 * 1024, ge=1024, description="Largest request body.")
    upload_bytes: int = Field(
        512 * 1024 * 1024, ge=1024, description="Largest form (a file to transcribe, an image to edit)."
    )
    max_answer_bytes: int = Field(
        64 * 1024 * 1024, ge=1024, description="Largest answer read from a provider."
    )
    max_header_bytes: int = Field(64 * 1024, ge=4096, description="Largest request head (line and headers).")
    max_connections: int = Field(10_000, ge=1, description="Open client connections; beyond: 503.")
    body_timeout_s: float = Field(
        60.0, gt=0, allow_inf_nan=False, description="Time a client has to send its head, and its body."
    )
    write_stall_s: float = Field(
        120.0,
        gt=0,
        allow_inf_nan=False,
        description="Time a client may take to accept a piece of the answer.",
    )
    shutdown_grace_s: float = Field(
        30.0, gt=0, allow_inf_nan=False, description="Time running calls have to end at shutdown."
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Addresses whose X-Forwarded-For is believed; none by default."
    )

    @field_validator("admin_key")
    @classmethod
    def _is_long(cls, value: SecretStr | None) -> SecretStr | None:
        text = "" if value is None else value.get_secret_value()
        if value is not None and (len(text) < _ADMIN_KEY_CHARS or not _PRINTED.fullmatch(text)):
            raise ValueError(f"expected at least {_ADMIN_KEY_CHARS} characters of ASCII without spaces")
        return value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            try:
                ip_address(part)
            except ValueError:
                raise ValueError(f"'{part}' is no IP address") from None
        return value

    @model_validator(mode="after")
    def _fits_this_version(self) -> Settings:
        if self.workers > 1 and self.redis_url is None:
            raise ValueError(
                "GATEWAY_WORKERS: several processes count limits and budgets in one place; set GATEWAY_REDIS_URL"
            )
        shared = "GATEWAY_REDIS_URL" if self.redis_url is not None else None
        if not self.database.startswith("sqlite:///"):
            if not self.database.startswith(_POSTGRES):
                raise ValueError(
                    "GATEWAY_DATABASE_URL: expected sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"
                )
            shared = shared or "a database of several gateways (GATEWAY_DATABASE_URL)"
        lacking = [name for name in ("secret_key", "signing_key") if getattr(self, name) is None]
        if shared is not None and lacking:
            names = " and ".join(f"{_PREFIX}{name.upper()}" for name in lacking)
            raise ValueError(f"{names}: with {shared} every gateway has to be given the same")
        return self

    @property
    def database(self) -> str:
        """Its URL, with the password."""
        if self.database_url is None:
            return f"sqlite:///{self.data / 'gateway.db'}"
        return self.database_url.get_secret_value()

    @property
    def database_shown(self) -> str:
        """The same for people, without the password."""
        scheme, mark, rest = self.database.partition("://")
        user, at, place = rest.rpartition("@")
        place = place.partition("?")[0] if scheme.startswith("postgres") else place
        return f"{scheme}{mark}{user.partition(':')[0]}{at}{place}"

    @property
    def secret_file(self) -> Path:
        return self.data / "secret.key"

    @property
    def signing_file(self) -> Path:
        return self.data / "signing.key"


class Remote(BaseSettings):
    """Which remote gateway the command line is for; documented in docs/commands.md."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    url: str = ""
    token: SecretStr | None = None


def load_settings(**flags: object) -> Settings:
    """Settings from the environment, flags first. Raises SettingsInvalid."""
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks each value
    except ValidationError as error:
        raise SettingsInvalid(tuple(_sentence(e["loc"], e["msg"]) for e in error.errors())) from None


def load_remote(url: str | None) -> Remote | None:
    """`url`: of `--url`, before GATEWAY_URL. None: no remote gateway is asked for."""
    remote = Remote() if url is None else Remote(url=url)
    return remote if remote.url else None


def environment() -> Mapping[str, str]:
    """The environment, for secret references in policies."""
    return os.environ


def unknown_variables(given: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence for each `GATEWAY_*` variable that is no setting: most often one letter is wrong."""
    known = [f"{_PREFIX}{name.upper()}" for name in Settings.model_fields]
    found = (name for name in sorted(given) if name.upper().startswith(_PREFIX) and given[name])
    unknown = (name for name in found if name.upper() not in _OTHERS.union(known))
    return tuple(f"{name} is no setting{_meant(name.upper(), known)}" for name in unknown)


def _meant(name: str, known: list[str]) -> str:
    return "".join(f": did you mean {close}?" for close in get_close_matches(name, known, n=1, cutoff=0.8))


def _sentence(location: tuple[int | str, ...], message: str) -> str:
    text = message.removeprefix("Value error, ")
    return f"{_PREFIX}{str(location[0]).upper()}: {text}" if location else text
