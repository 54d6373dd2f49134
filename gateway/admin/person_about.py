"""What a person is told about the processing of their data, besides the data itself (GDPR, article 15)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from gateway.policy.processing import processing_records, recipient, retention_of
from gateway.policy.snapshot import Policy
from gateway.stores.people import Person, SqlPeople

_RIGHTS: Final = (
    "to have what is wrong corrected",
    "to have it erased",
    "to have its use restricted, and to object to it",
    "to take it elsewhere",
    "to complain to a supervisory authority",
)


def about_person(policy: Policy, people: SqlPeople, person: Person) -> dict[str, Any]:
    """Purposes, categories, recipients, transfers, retention, rights; and in which stores the person is. Blocks."""
    use_cases, providers = people.calls_by(person)
    records = [
        one
        for one in processing_records(policy, {name: {} for name in use_cases})
        if one.use_case in use_cases
    ]
    recipients = [recipient(policy, name, number) for name, number in sorted(providers.items())]
    return {
        "name": person.name,
        "purposes": [
            {
                "use_case": one.use_case,
                "purpose": one.purpose,
                "controller": one.controller,
                "lawful_basis": one.lawful_basis,
                "data_categories": list(one.data_categories),
                "calls": use_cases[one.use_case],
            }
            for one in records
        ],
        "categories": sorted({each for one in records for each in one.data_categories}),
        "recipients": [asdict(one) for one in recipients],
        "transfers": [one.provider for one in recipients if one.transfer not in (None, "none")],
        "retention": retention_of(policy.audit.retention),
        "stores": [
            {"store": one.store, "count": one.count, "what": one.what} for one in people.found(person)
        ],
        "keys": list(people.keys_of(person)),
        "objects": people.objects_of(person),
        "rights": list(_RIGHTS),
    }
