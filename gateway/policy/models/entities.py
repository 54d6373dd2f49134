"""Kinds of personal data and secrets, by the names that policies, records and reports use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal, get_args

from pydantic import AfterValidator, Field

from gateway.policy.suggest import did_you_mean, one_of

Searched = Literal["en", "fr", "de", "es", "it", "nl", "pt"]
LANGUAGES: Final[tuple[str, ...]] = get_args(Searched)
"""Languages that have rules of their own."""

ON_BY_DEFAULT: Final = (
    "PERSON",
    "EMAIL",
    "PHONE",
    "CREDIT_CARD",
    "IBAN",
    "NATIONAL_ID",
    "PASSPORT",
    "MEDICAL_ID",
    "DOB",
    "ADDRESS",
    "IP",
    "SECRET",
    "CRYPTO",
)
BY_NAME_ONLY: Final = (
    "DATE_TIME",
    "URL",
    "LOCATION",
    "ORGANIZATION",
    "NRP",
    "BANK_ACCOUNT",
    "DRIVER_LICENSE",
    "MAC_ADDRESS",
)
ENTITIES: Final = (*ON_BY_DEFAULT, *BY_NAME_ONLY)
DEFAULT: Final = "default"
OWN_PATTERN: Final = r"^(?=.{2,40}$)[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$"

ALIASES: Final[Mapping[str, str]] = {
    "EMAIL_ADDRESS": "EMAIL",
    "PHONE_NUMBER": "PHONE",
    "IBAN_CODE": "IBAN",
    "IP_ADDRESS": "IP",
    "US_SSN": "NATIONAL_ID",
    "US_ITIN": "NATIONAL_ID",
    "UK_NINO": "NATIONAL_ID",
    "ES_NIF": "NATIONAL_ID",
    "ES_NIE": "NATIONAL_ID",
    "IT_FISCAL_CODE": "NATIONAL_ID",
    "IT_IDENTITY_CARD": "NATIONAL_ID",
    "US_PASSPORT": "PASSPORT",
    "IT_PASSPORT": "PASSPORT",
    "MEDICAL_LICENSE": "MEDICAL_ID",
    "UK_NHS": "MEDICAL_ID",
    "DATE_OF_BIRTH": "DOB",
    "STREET_ADDRESS": "ADDRESS",
    "US_BANK_NUMBER": "BANK_ACCOUNT",
    "US_DRIVER_LICENSE": "DRIVER_LICENSE",
    "IT_DRIVER_LICENSE": "DRIVER_LICENSE",
    "ORG": "ORGANIZATION",
}
"""Names of Presidio's and the names they stand for."""


def entity(name: str) -> str:
    """The name itself, `default`, or what an alias stands for. ValueError says what was expected."""
    if name == DEFAULT or name in ENTITIES:
        return name
    if name in ALIASES:
        return ALIASES[name]
    known = (DEFAULT, *ENTITIES)
    raise ValueError(f"expected {one_of(known)}{did_you_mean(name, (*known, *ALIASES))}")


def kind(name: str) -> str:
    """As `entity`; a name in capitals may also be one that a recognizer of the policy declares."""
    return name if name not in ALIASES and _OWN.fullmatch(name) is not None else entity(name)


WORDS: Final[tuple[str, ...]] = (DEFAULT, *ENTITIES, *ALIASES)

_OWN: Final = re.compile(OWN_PATTERN, re.ASCII)

Kind = Annotated[
    str,
    AfterValidator(kind),
    Field(json_schema_extra={"anyOf": [{"enum": list(WORDS)}, {"pattern": OWN_PATTERN}]}),
]
"""One that the gateway knows, or one that a recognizer declares: whether it does is judged with the whole policy."""
