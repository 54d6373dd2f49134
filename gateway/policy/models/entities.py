"""Kinds of personal data and secrets, by the names that policies, records and reports use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from gateway.policy.suggest import did_you_mean, one_of

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


WORDS: Final[tuple[str, ...]] = (DEFAULT, *ENTITIES, *ALIASES)

Entity = Annotated[str, AfterValidator(entity), Field(json_schema_extra={"enum": list(WORDS)})]
