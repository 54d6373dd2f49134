"""Cards and accounts: numbers that prove themselves by check digits."""

from __future__ import annotations

from typing import Final

from gateway.privacy import checksums
from gateway.privacy.rules import Rule, apart, squeezed, words

_CARD: Final = r"\b(\d(?:[ -]?\d){11,18})\b"
_SAID: Final = words(
    r"(?:credit |debit |bank |payment )?cards?(?: (?:number|no\.?|num|#|nr\.?))?(?: is)?", r"cc(?: (?:number|no\.?|#))?", r"carte(?: (?:bancaire|bleue|de cr[eé]dit))?(?: n[°o])?",
    r"kreditkarten?(?:nummer)?", r"karten?(?:nummer|-nr\.?)?", r"tarjeta(?: de (?:cr[eé]dito|d[eé]bito))?", r"carta(?: di (?:credito|debito))?", r"creditcard(?:nummer)?",
    r"cart[aã]o(?: de (?:cr[eé]dito|d[eé]bito))?", r"visa", r"mastercard", r"maestro", r"amex", r"american express", r"pan",
)  # fmt: skip
_IBAN: Final = r"(?i)\b([A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30})"


def rules() -> tuple[Rule, ...]:
    return (
        Rule("CREDIT_CARD", _CARD, judge=_card),
        Rule("CREDIT_CARD", _CARD, judge=_called_card, after=_SAID, reach_bytes=40),
        Rule("IBAN", _IBAN, judge=_iban),
    )


def _card(data: bytes, start: int, end: int) -> tuple[int, int, float] | None:
    if not apart(data, start, end) or (data[start - 1 : start] in (b"-", b".", b"/", b"#") and start):
        return None
    digits = squeezed(data, start, end)
    if len(digits) in _lengths(digits) and len(set(digits)) > 1 and checksums.luhn(digits):
        return start, end, 1.0
    return None


def _called_card(data: bytes, start: int, end: int) -> tuple[int, int, float] | None:
    """Of any network: what is called a card and has the check digit of one."""
    digits = squeezed(data, start, end)
    alone = apart(data, start, end) and len(set(digits)) > 1
    return (start, end, 0.9) if alone and checksums.luhn(digits) else None


def _lengths(digits: str) -> tuple[int, ...]:
    """How many digits a card of that beginning has: the ranges that the networks have published."""
    two, three, four = int(digits[:2]), int(digits[:3]), int(digits[:4])
    if digits[0] == "4":
        return 13, 16, 18, 19
    if 51 <= two <= 55 or 2221 <= four <= 2720:
        return (16,)
    if two in (34, 37):
        return (15,)
    if 300 <= three <= 305 or two in (36, 38, 39):
        return 14, 15, 16, 17, 18, 19
    if four in (1800, 2131):
        return (15,)
    if four == 6011 or two in (62, 64, 65) or 3528 <= four <= 3589 or two == 81 or 2200 <= four <= 2204:
        return 16, 17, 18, 19
    if two in (50, 56, 57, 58, 60, 61, 63, 66, 67, 68, 69):
        return 13, 14, 15, 16, 17, 18, 19
    return ()


def _iban(data: bytes, start: int, end: int) -> tuple[int, int, float] | None:
    """Its country says how long it is: what follows may be the next word."""
    length = checksums.iban_length(data[start : start + 2].decode().upper())
    count = 0
    for at in range(start, end):
        count += chr(data[at]).isalnum()
        if count == length:
            if apart(data, start, at + 1) and checksums.iban(squeezed(data, start, at + 1)):
                return start, at + 1, 1.0
            return None
    return None
