"""Checks that administrators may name for patterns of their own. A value of another form fails them, whatever it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from gateway.privacy import checksums

Check = Callable[[str], bool]

_D: Final = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 4, 0, 6, 7, 8, 9, 5), (2, 3, 4, 0, 1, 7, 8, 9, 5, 6), (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8), (5, 9, 8, 7, 6, 0, 4, 3, 2, 1), (6, 5, 9, 8, 7, 1, 0, 4, 3, 2), (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4), (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)  # fmt: skip
"""The group of the symmetries of a pentagon."""
_TURNED: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
_DAMM: Final = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978", "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip


def mod97_10(value: str) -> bool:
    """ISO 7064: letters count 10 to 35, the whole is 1 modulo 97."""
    return int("".join(str(int(character, 36)) for character in value)) % 97 == 1


def mod11_10(digits: str) -> bool:
    """ISO 7064: of any length, the last digit is the check."""
    product = 10
    for digit in digits[:-1]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(digits[-1])


def verhoeff(digits: str) -> bool:
    check = 0
    for place, digit in enumerate(reversed(digits)):
        turned = int(digit)
        for _ in range(place % 8):
            turned = _TURNED[turned]
        check = _D[check][turned]
    return check == 0


def damm(digits: str) -> bool:
    check = 0
    for digit in digits:
        check = int(_DAMM[check][int(digit)])
    return check == 0


def named() -> Mapping[str, Check]:
    """By name. Each takes letters and digits in upper case, without spaces and signs."""
    digits = r"[0-9]{2,40}"
    forms: Mapping[str, tuple[str, Check]] = {
        "luhn": (digits, checksums.luhn),
        "iban": (r"[A-Z]{2}[0-9]{2}[A-Z0-9]{4,30}", checksums.iban),
        "mod97_10": (r"[A-Z0-9]{3,40}", mod97_10),
        "mod11_10": (digits, mod11_10),
        "verhoeff": (digits, verhoeff),
        "damm": (digits, damm),
        "ssn": (r"[0-9]{9}", checksums.ssn),
        "nino": (r"[A-Z]{2}[0-9]{6}[A-D]", checksums.nino),
        "nhs": (r"[0-9]{10}", checksums.nhs),
        "nir": (r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{8}", checksums.nir),
        "steuer_id": (r"[0-9]{11}", checksums.steuer_id),
        "kvnr": (r"[A-Z][0-9]{9}", checksums.kvnr),
        "dni": (r"[0-9XYZ][0-9]{7}[A-Z]", checksums.dni),
        "codice_fiscale": (r"[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}[A-Z]", checksums.codice_fiscale),
        "bsn": (r"[0-9]{9}", checksums.bsn),
        "nif": (r"[0-9]{9}", checksums.nif),
        "cpf": (r"[0-9]{11}", checksums.cpf),
    }
    return MappingProxyType({name: _of_form(form, check) for name, (form, check) in forms.items()})


def _of_form(form: str, check: Check) -> Check:
    compiled = re.compile(form, re.ASCII)
    return lambda value: compiled.fullmatch(value) is not None and check(value)
