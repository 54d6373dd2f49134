"""E-mail and network addresses, wallets."""

from __future__ import annotations

import ipaddress
from typing import Final

from gateway.privacy import checksums
from gateway.privacy.rules import Rule, apart, by_itself

_EMAIL: Final = (
    r"((?:@| ?[(\[]at[)\]] ?|%40|\\u0040)(?:[0-9A-Za-z\x{C0}-\x{24F}](?:[0-9A-Za-z\x{C0}-\x{24F}-]{0,61}[0-9A-Za-z\x{C0}-\x{24F}])?\.){1,8}"
    r"[A-Za-z\x{C0}-\x{24F}][A-Za-z-]{1,22})"
)
_LOCAL: Final = frozenset(
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+'-"
) | frozenset(range(128, 256))
_LOCAL_BYTES: Final = 80
_USERINFO_ENDS: Final = frozenset(b"/?#=& \t\n")
_V4: Final = r"\b(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})\b"
_V6: Final = r"([0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:(?:\.\d{1,3}){3})?)"
_INSIDE: Final = tuple(
    ipaddress.ip_network(net)
    for net in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
        "224.0.0.0/3", "::/127", "fc00::/7", "fe80::/10", "ff00::/8",
    )
)  # fmt: skip
"""Nobody is found by these."""


def rules() -> tuple[Rule, ...]:
    return (
        Rule("EMAIL", _EMAIL, judge=_email),
        Rule("IP", _V4, judge=_ip),
        Rule("IP", _V6, judge=_ip),
        Rule("CRYPTO", r"\b([13][1-9A-HJ-NP-Za-km-z]{25,34})\b", judge=_base58),
        Rule("CRYPTO", r"\b((?:bc|ltc|tb)1[02-9ac-hj-np-z]{11,87})\b", judge=_bech32),
        Rule("CRYPTO", r"\b(0x[0-9a-fA-F]{40})\b", judge=by_itself(0.9)),
    )


def _email(data: bytes, start: int, end: int) -> tuple[int, int, float] | None:
    """The pattern begins at the sign; what stands in front of it is read backwards."""
    begin, furthest = start, max(0, start - _LOCAL_BYTES)
    while begin > furthest and data[begin - 1] in _LOCAL:
        begin -= 1
    while begin < start and (data[begin] in b".'%+-" or 128 <= data[begin] < 192):
        begin += 1
    if begin == start or _of_url(data, begin):
        return None
    return begin, end, 1.0


def _of_url(data: bytes, begin: int) -> bool:
    """Whether it is a user and a password of a URL, in front of its host."""
    scheme = data.rfind(b"://", max(0, begin - _LOCAL_BYTES), begin)
    return scheme >= 0 and _USERINFO_ENDS.isdisjoint(data[scheme + 3 : begin])


def _ip(data: bytes, start: int, end: int) -> tuple[int, int, float] | None:
    if not apart(data, start, end) or (
        (start and data[start - 1] in b".:-=@^~<>") and not _labelled(data, start)
    ):
        return None
    if data[end : end + 1] in (b".", b":", b"-") and data[end + 1 : end + 2].isalnum():
        return None
    if data[max(0, start - 8) : start].lower().endswith((b"version ", b" v ", b"release ")):
        return None
    try:
        address = ipaddress.ip_address(data[start:end].decode())
    except ValueError:
        return None
    if any(address in net for net in _INSIDE if net.version == address.version):
        return None
    return start, end, 0.9


def _labelled(data: bytes, start: int) -> bool:
    """`ip=…`, `host:…` stand in front of an address; `==…` in front of a version."""
    return data[start - 1 : start] in (b"=", b":", b"@", b">") and data[start - 2 : start - 1] not in (
        b"=",
        b">",
        b"<",
        b"~",
        b":",
    )


def _base58(data: bytes, start: int, end: int) -> tuple[int, int, float] | None:
    if apart(data, start, end) and checksums.base58check(data[start:end].decode()):
        return start, end, 1.0
    return None


def _bech32(data: bytes, start: int, end: int) -> tuple[int, int, float] | None:
    if not apart(data, start, end):
        return None
    return start, end, 1.0 if checksums.bech32(data[start:end].decode()) else 0.7
