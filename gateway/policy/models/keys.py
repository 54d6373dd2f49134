"""`keys`: gateway keys that a policy declares by their hash.

Errors raised here are plain sentences: they are shown to people as they stand.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from ipaddress import IPv6Network, ip_address, ip_network
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from gateway.policy.models.block import Block, PersonalName

EXPIRY_PATTERN: Final = (
    r"^(never|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2}))?)$"
)
_EXPIRY: Final = re.compile(EXPIRY_PATTERN, re.ASCII)


def network(text: str) -> str:
    """A network in CIDR, or one address, as CIDR. ValueError says what was expected."""
    try:
        found = ip_network(text, strict=False)
    except ValueError:
        raise ValueError("expected a network such as 10.0.0.0/8 or 2001:db8::/32") from None
    if ip_address(text.partition("/")[0]) != found.network_address:
        raise ValueError(f"expected a network without host bits, such as {found}")
    if isinstance(found, IPv6Network) and found.network_address.ipv4_mapped is not None:
        raise ValueError("expected an IPv4 network as IPv4, such as 10.0.0.0/8")
    return str(found)


def expiry_ms(text: object) -> int | None:
    """`never` as None; a day (its beginning in UTC) or a time with its zone as milliseconds since 1970."""
    expected = "expected never, a day such as 2027-06-30, or a time such as 2027-06-30T18:00Z"
    if not isinstance(text, str) or _EXPIRY.match(text) is None:
        raise ValueError(expected)
    if text == "never":
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(expected) from None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


KeyName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", min_length=1, max_length=50)
]
Hash = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
Said = Annotated[str, StringConstraints(pattern=r"^\S+( \S+)*$", min_length=1, max_length=256)]
Network = Annotated[str, StringConstraints(max_length=64), AfterValidator(network)]
Expiry = Annotated[
    int | None,
    BeforeValidator(expiry_ms),
    WithJsonSchema({"type": "string", "pattern": EXPIRY_PATTERN, "examples": ["2027-06-30", "never"]}),
]


class KeyEntry(Block):
    """One key. It is as good in every installation that has this policy."""

    model_config = ConfigDict(title="Key")

    hash: Hash = Field(
        description="What `gateway keys hash` prints for the key: SHA-256, no secret. The key stands nowhere.",
        examples=["sha256:5f3c1e9d0b7a48266c1d92e0f4b85a37d6e2907c81b3f45a9e0d7c6b12a4f893"],
    )
    roles: tuple[PersonalName, ...] = Field(
        min_length=1, description="Its roles; at most the team's count, at each call.", examples=[["analyst"]]
    )
    expires: Expiry = Field(
        description="From when on it is refused: a day (from its beginning, in UTC), a time, or never."
    )
    team: PersonalName | None = Field(default=None, description="Its team. Absent: none.", examples=["legal"])
    user: Said | None = Field(
        default=None, description="The person who uses it. Absent: nobody in particular.", examples=["anna"]
    )
    use_case: Said | None = Field(
        default=None, description="The use case of all its calls. Absent: none.", examples=["faq"]
    )
    networks: tuple[Network, ...] = Field(
        default=(),
        max_length=64,
        description="Networks (CIDR) from which it may be used. Absent: from anywhere.",
        examples=[["10.0.0.0/8"]],
    )
