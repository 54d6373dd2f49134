"""Addresses of providers."""

from __future__ import annotations

from urllib.parse import urlsplit


class BadAddress(ValueError):
    """Not an address that can be called. The message does not repeat it: it may hold a secret."""


def checked_address(text: str) -> str:
    """`text` without trailing slashes. Raises BadAddress unless it is http(s)://host[:port][/path]."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadAddress("expected an address such as https://api.example.com/v1") from None
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise BadAddress("expected an address such as https://api.example.com/v1")
    if "@" in parts.netloc:
        raise BadAddress("expected an address without a user or password: secrets go into `credentials`")
    if "?" in text or "#" in text:
        raise BadAddress("expected an address without ? or #")
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise BadAddress("expected an address without spaces, accents or backslashes")
    return text.rstrip("/")
