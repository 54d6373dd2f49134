"""People under pseudonyms: what the record of a call calls them."""

from __future__ import annotations

from gateway.errors import Kind, Problem, Refused
from gateway.runtime import SubjectKind, Subjects
from gateway.stores.interfaces import StoreUnavailable


async def pseudonym(subjects: Subjects, kind: SubjectKind, name: str, stage: str) -> str:
    """Refuses with 503 if a new person can't be given one: a call without its person is no evidence."""
    known = subjects.known(kind, name)
    if known is not None:
        return known
    try:
        return await subjects.resolve(kind, name)
    except StoreUnavailable:
        problem = Problem(
            Kind.UNAVAILABLE, "the database can't be used right now; try again", code="store_unavailable"
        )
        raise Refused(problem, stage=stage, rule="store") from None
