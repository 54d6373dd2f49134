"""Addresses of providers, and of proxies on the way to them."""

from __future__ import annotations

from typing import Final
from urllib.parse import SplitResult, urlsplit

OPENAI: Final = ("openai.com",)
AZURE: Final = ("openai.azure.com", "services.ai.azure.com", "cognitiveservices.azure.com")


class BadAddress(ValueError):
    """Not an address that can be called. The message does not repeat it: it may hold a secret."""


def checked_address(text: str) -> str:
    """`text` without trailing slashes. Raises BadAddress unless it is http(s)://host[:port][/path]."""
    parts = _split(text, "expected an address such as https://api.example.com/v1")
    if "@" in parts.netloc:
        raise BadAddress("expected an address without a user or password: secrets go into `credentials`")
    if "?" in text or "#" in text:
        raise BadAddress("expected an address without ? or #")
    _require_plain(text)
    return text.rstrip("/")


def checked_endpoint(text: str) -> str:
    """`text`, which leads to one place that is told something: a query may belong to it. Raises BadAddress."""
    address, mark, query = text.partition("?")
    checked_address(address)
    if "#" in query or (mark and not query):
        raise BadAddress("expected an address without a lone ? and without #")
    _require_plain(text)
    return text


def checked_proxy(text: str) -> tuple[str, str | None, str]:
    """http(s)://[user:password@]host[:port] as the address without its user, the user and the password,
    both percent-encoded as they came. Raises BadAddress.

    A password may hold any sign: what stands behind the last @ is the host.
    """
    expected = "expected a proxy such as http://proxy.example.com:3128"
    scheme, _, rest = text.rstrip("/").partition("://")
    given, at, place = rest.rpartition("@")
    address = f"{scheme}://{place}"
    _split(address, expected)
    if any(sign in place for sign in "/?#"):
        raise BadAddress(f"{expected}, without a path")
    _require_plain(address)
    user, _, password = given.partition(":")
    if at and not user:
        raise BadAddress("expected a user before the @, as in http://user:password@proxy.example.com:3128")
    if not given.isprintable():
        raise BadAddress("expected a user and a password without line ends")
    return address, user if at else None, password


def is_at(base_url: str, domains: tuple[str, ...]) -> bool:
    """Whether an address belongs to one of the domains or to a name below it."""
    host = urlsplit(base_url).hostname or ""
    return any(host == known or host.endswith("." + known) for known in domains)


def _split(text: str, expected: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadAddress(expected) from None
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise BadAddress(expected)
    return parts


def _require_plain(text: str) -> None:
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise BadAddress("expected an address without spaces, accents or backslashes")
