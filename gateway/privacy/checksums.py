"""Check digits of cards, accounts and national numbers: pure arithmetic on the characters that count.

Each takes the value without spaces and dashes, in upper case, and is False for what has another form.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

_IBAN_LENGTH: Final[Mapping[str, int]] = {
    country: int(length)
    for country, length in (
        pair.split(":")
        for pair in (
            "AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BR:29 BY:28 CH:21 CR:22 CY:28 CZ:24 DE:22 DK:18 "
            "DO:28 EE:20 EG:29 ES:24 FI:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 GR:27 GT:28 HR:21 HU:28 IE:22 IL:23 "
            "IQ:23 IS:26 IT:27 JO:30 KW:30 KZ:20 LB:28 LC:32 LI:21 LT:20 LU:20 LV:21 LY:25 MC:27 MD:24 ME:22 MK:19 "
            "MR:27 MT:31 MU:30 NL:18 NO:15 PK:24 PL:28 PS:29 PT:25 QA:29 RO:24 RS:22 SA:24 SC:31 SD:18 SE:24 SI:19 "
            "SK:24 SM:27 ST:25 SV:28 TL:23 TN:24 TR:26 UA:29 VA:22 VG:24 XK:20"
        ).split()
    )
}
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_ODD: Final = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
"""Of an Italian tax code: what the characters at odd places count (digits as A to J)."""


def luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = ord(digit) - 48
        if place % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def iban_length(country: str) -> int:
    """How many characters an account number of that country has; 0 if it has none."""
    return _IBAN_LENGTH.get(country, 0)


def iban(value: str) -> bool:
    """ISO 13616: of its country's length, and 1 modulo 97."""
    if len(value) != iban_length(value[:2]) or not (value.isascii() and value.isalnum()):
        return False
    return int("".join(str(int(c, 36)) for c in value[4:] + value[:4])) % 97 == 1


def ssn(digits: str) -> bool:
    """United States: areas, groups and serials that exist. Taxpayers' numbers (ITIN) begin with 9."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    if area[0] == "9":
        return 50 <= int(group) <= 65 or 70 <= int(group) <= 88 or 90 <= int(group) <= 92 or int(group) >= 94
    return area not in ("000", "666") and group != "00" and serial != "0000"


def nino(value: str) -> bool:
    """United Kingdom: prefixes that are given out."""
    prefix = value[:2]
    return prefix not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ") and not set(prefix) & set("DFIQUV")


def nir(value: str) -> bool:
    """France: 13 characters and a key; Corsica has letters."""
    number = value[:13].replace("2A", "19").replace("2B", "18")
    return number.isdigit() and 97 - int(number) % 97 == int(value[13:])


def steuer_id(digits: str) -> bool:
    """Germany: eleven digits, ISO 7064 MOD 11,10."""
    product = 10
    for digit in digits[:10]:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return digits[0] != "0" and (11 - product) % 10 == int(digits[10])


def dni(value: str) -> bool:
    """Spain: DNI, or NIE with X, Y or Z in front."""
    number = value[:-1].translate({ord("X"): "0", ord("Y"): "1", ord("Z"): "2"})
    return number.isdigit() and "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == value[-1]


def codice_fiscale(value: str) -> bool:
    """Italy: sixteen characters, the last a check."""
    total = 0
    for place, character in enumerate(value[:15]):
        number = int(character) if character.isdigit() else ord(character) - 65
        total += number if place % 2 else _ODD[number]
    return chr(65 + total % 26) == value[15]


def bsn(digits: str) -> bool:
    """Netherlands: the eleven test."""
    weighted = sum(int(d) * w for d, w in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True))
    return weighted % 11 == 0 and int(digits) > 0


def nif(digits: str) -> bool:
    """Portugal: nine digits, the last a check modulo 11."""
    rest = sum(int(d) * w for d, w in zip(digits[:8], range(9, 1, -1), strict=True)) % 11
    return digits[0] in "1235689" and (0 if rest < 2 else 11 - rest) == int(digits[8])


def cpf(digits: str) -> bool:
    """Brazil: eleven digits, two of them checks."""
    if len(set(digits)) == 1:
        return False
    for length in (9, 10):
        rest = sum(int(d) * w for d, w in zip(digits[:length], range(length + 1, 1, -1), strict=True)) * 10
        if rest % 11 % 10 != int(digits[length]):
            return False
    return True


def nhs(digits: str) -> bool:
    """United Kingdom: ten digits of the health service, the last a check modulo 11."""
    check = 11 - sum(int(d) * w for d, w in zip(digits[:9], range(10, 1, -1), strict=True)) % 11
    return check % 11 == int(digits[9])


def kvnr(value: str) -> bool:
    """Germany: a letter, eight digits and a check, of health insurance."""
    digits = f"{ord(value[0]) - 64:02d}{value[1:9]}"
    total = 0
    for place, digit in enumerate(digits):
        product = int(digit) * (2 if place % 2 else 1)
        total += product // 10 + product % 10
    return total % 10 == int(value[9])


def base58check(value: str) -> bool:
    """An address of Bitcoin and its kin: 25 bytes, the last four a hash of the others."""
    number = 0
    for character in value:
        number = number * 58 + _BASE58.index(character)
    try:
        raw = number.to_bytes(25, "big")
    except OverflowError:
        return False
    return hashlib.sha256(hashlib.sha256(raw[:21]).digest()).digest()[:4] == raw[21:]


def bech32(value: str) -> bool:
    """An address with a human-readable prefix: BIP 173 or BIP 350."""
    prefix, _, data = value.rpartition("1")
    if not prefix or set(data) - set(_BECH32):
        return False
    words = (
        [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix] + [_BECH32.index(c) for c in data]
    )
    check = 1
    for word in words:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ word
        for bit, generator in enumerate(_BECH32_GENERATOR):
            check ^= generator if top >> bit & 1 else 0
    return check in (1, 0x2BC830A3)
