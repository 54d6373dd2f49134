"""The rights of people: what is known of them, all of it for them, and that it is erased."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from gateway.admin.actor import Actor
from gateway.admin.desk import Desk, invalid, missing, new_act_id
from gateway.admin.people import known_person
from gateway.admin.person_about import about_person
from gateway.admin.privacy_bodies import (
    ErasureAsked,
    FoundIn,
    PersonErased,
    PersonExported,
    PersonFound,
    RequestPage,
    RequestTold,
)
from gateway.admin.words import time_text
from gateway.audit.content import ContentUnreadable
from gateway.audit.entry import time_text as moment_text
from gateway.audit.erasure import Statement, certificate
from gateway.audit.opening import Opener, told
from gateway.audit.query import Query, Record
from gateway.audit.tombstones import tombstone_of, write_down
from gateway.custody import open_signer
from gateway.stores.calls import SqlCalls
from gateway.stores.contents import SqlContents
from gateway.stores.erasures import SqlErasures
from gateway.stores.holds import SqlHolds
from gateway.stores.interfaces import CallFilter
from gateway.stores.keyrings import SqlKeyring
from gateway.stores.people import Person, SqlPeople
from gateway.stores.privacy_requests import DUE_AFTER_MS, PrivacyRequest, RequestKind, SqlPrivacyRequests
from gateway.stores.subject_keys import SqlSubjectKeys

_DAY_MS: Final = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class PrivacyAdministration:
    """Blocks. People are everybody's: a permission within one's own team does not reach them."""

    desk: Desk

    def find(self, actor: Actor, subject: str) -> PersonFound:
        """What each store holds. Recorded: it leads from a name to a pseudonym."""
        desk, person = self.desk, self._person(subject)
        with desk.act(actor, "privacy.find", {"subject": _pseudonym(person)}) as result:
            desk.require(actor, "privacy:requests")
            if person is None:
                return PersonFound(
                    subject=subject, pseudonym=None, first_at=None, last_at=None, found=[], holds=[]
                )
            people = SqlPeople(self._engine)
            found = people.found(person)
            first, last = people.span(person)
            result["stores"] = [one.store for one in found]
            return PersonFound(
                subject=subject,
                pseudonym=person.pseudonym,
                first_at=first,
                last_at=last,
                found=[FoundIn(store=one.store, count=one.count, what=one.what) for one in found],
                holds=[one.id for one in SqlHolds(self._engine).about(person.pseudonym)],
            )

    def export(
        self, actor: Actor, subject: str, limit: int, before: tuple[str, str] | None
    ) -> tuple[PersonExported, list[Record]]:
        """A page, and the records that it is of. Refuses with 404 where nobody of this name is known."""
        desk, person = self.desk, self._person(subject)
        about = {"subject": _pseudonym(person), "first": before is None}
        with desk.act(actor, "privacy.export", about) as result:
            desk.require(actor, "privacy:requests")
            person = _known(person)
            if before is None:
                request = self._new_request("export", person, None)
                SqlPrivacyRequests(self._engine).end(request.id, desk.now_ms())
            wanted = replace(_of(person), order="oldest", before=before, limit=limit)
            records = Query(SqlCalls(self._engine), desk.installation.subjects).search(wanted)
            result["calls"], people = len(records), SqlPeople(self._engine)
            page = PersonExported(
                subject=subject,
                pseudonym=person.pseudonym,
                about=about_person(desk.policies(), people, person) if before is None else None,
                calls=self._with_contents(records),
                next=None,
            )
            return page, records

    def erase(self, actor: Actor, asked: ErasureAsked) -> PersonErased:
        """Destroys the key, the name and the contents of a person, for good; a legal hold defers it. Refuses with 404
        where nobody of this name is known."""
        desk, person, act_id = self.desk, self._person(asked.subject), new_act_id()
        with desk.act(actor, "privacy.erase", {"subject": _pseudonym(person)}, act_id=act_id) as result:
            desk.require(actor, "privacy:requests")
            person, requests = _known(person), SqlPrivacyRequests(self._engine)
            request = requests.open_erasure(person.pseudonym) or self._new_request(
                "erase", person, asked.received
            )
            held = [one.id for one in SqlHolds(self._engine).about(person.pseudonym)]
            document = None
            if held:
                requests.defer(request.id, f"legal hold: {', '.join(held)}")
                result["deferred_by"] = held
            else:
                document = self._erased(person, request, act_id)
                requests.end(request.id, desk.now_ms(), document)
            result["request"] = request.id
            return PersonErased(
                request=request.id,
                state="deferred" if held else "done",
                due_at=time_text(request.due_at),
                holds=held,
                certificate=document,
            )

    def requests(self, actor: Actor, *, done: bool) -> RequestPage:
        self.desk.require(actor, "privacy:requests")
        now_ms = self.desk.now_ms()
        found = SqlPrivacyRequests(self._engine).list(done=done)
        return RequestPage(requests=[_request(one, now_ms) for one in found])

    def _erased(self, person: Person, request: PrivacyRequest, act_id: str) -> str:
        """The certificate. It is on disk before anything is erased: what a crash leaves, the next start completes."""
        installation, people = self.desk.installation, SqlPeople(self._engine)
        found, now_ms = people.found(person), self.desk.now_ms()
        statement = Statement(
            installation=installation.database.installation,
            request=request.id,
            act=act_id,
            subject=person.pseudonym,
            received_at=moment_text(request.received_at),
            erased_at=moment_text(now_ms),
            erased={one.store: one.count for one in found if one.stays is None},
            keys=people.keys_of(person),
            kept=tuple(f"{one.store} ({one.count}): {one.stays}" for one in found if one.stays is not None),
        )
        signer = open_signer(installation.settings, SqlKeyring(self._engine), now_ms)
        document = certificate(statement, signer)
        write_down(installation.settings.data, document)
        SqlErasures(self._engine).erase(tombstone_of(document))
        return document

    def _new_request(self, kind: RequestKind, person: Person, received: str | None) -> PrivacyRequest:
        now_ms = self.desk.now_ms()
        at_ms = now_ms if received is None else int(datetime.fromisoformat(received).timestamp() * 1000)
        if at_ms > now_ms:
            raise invalid("it can't have been received later than now", "received")
        name = f"req_{secrets.token_hex(6)}"
        made = PrivacyRequest(name, kind, person.pseudonym, at_ms, at_ms + DUE_AFTER_MS, "open")
        SqlPrivacyRequests(self._engine).add(made)
        return made

    def _with_contents(self, records: list[Record]) -> list[Record]:
        kept = SqlContents(self._engine).named([one["id"] for one in records])
        installation = self.desk.installation
        opener = Opener(SqlSubjectKeys(self._engine, installation.keyring, secrets.token_bytes))
        for one in records:
            row = kept.get(one["id"])
            if row is not None:
                try:
                    one["kept"] = told(opener.open(row))
                except ContentUnreadable as error:
                    one["kept"] = {"unreadable": str(error)}
        return records

    def _person(self, subject: str) -> Person | None:
        return known_person(self.desk.installation, subject)

    @property
    def _engine(self) -> Any:
        return self.desk.installation.database.engine


def _of(person: Person) -> CallFilter:
    if person.kind == "key":
        return CallFilter(key=person.name)
    return CallFilter(**{person.kind: person.pseudonym})  # type: ignore[arg-type]  # user or end_user


def _known(person: Person | None) -> Person:
    if person is None:
        raise missing("nothing is known of such a person here")
    return person


def _pseudonym(person: Person | None) -> str:
    return "nobody known" if person is None else person.pseudonym


def _request(one: PrivacyRequest, now_ms: int) -> RequestTold:
    return RequestTold(
        id=one.id,
        kind=one.kind,
        subject=one.subject,
        received_at=time_text(one.received_at),
        due_at=time_text(one.due_at),
        days_left=(one.due_at - now_ms) // _DAY_MS,
        state=one.state,
        ended_at=time_text(one.ended_at),
        note=one.note,
    )
