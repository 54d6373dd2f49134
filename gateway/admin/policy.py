"""The policy: what is in force, what was, what differs; propose, reload, go back.

A policy is everybody's, so a permission that reaches only one's own team does not reach it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from gateway.admin.actor import Actor
from gateway.admin.desk import Desk, conflict, missing
from gateway.admin.judging import judged_apart, nameless
from gateway.admin.pages import after, cursor, number
from gateway.admin.policy_bodies import (
    Between,
    GoBack,
    Judgement,
    PolicyDifference,
    PolicyFile,
    PolicyHistory,
    PolicyReloaded,
    PolicyRevision,
    PolicyStatus,
    Proposal,
    WentBack,
    changes_told,
    event_told,
    faults_told,
    source_told,
)
from gateway.admin.problem_body import FieldError, Misread
from gateway.admin.running import Running
from gateway.admin.words import time_text
from gateway.errors import Kind, Problem, Refused
from gateway.policy.faults import Fault, PolicyInvalid
from gateway.policy.restore import NotRestorable
from gateway.reload.history import History, UnknownRevision, difference
from gateway.reload.rollback import ByHand, Rollback, roll_back
from gateway.reload.status import NotReloaded
from gateway.stores.revisions import Revision


@dataclass(frozen=True, slots=True)
class PolicyAdministration:
    """Blocks."""

    desk: Desk
    running: Running

    def status(self, actor: Actor) -> PolicyStatus:
        self.desk.require(actor, "policy:read")
        found = self.running.status()
        return PolicyStatus(
            revision=found.revision,
            since=time_text(found.since_ms),
            cause=found.cause,
            author=found.author,
            source=source_told(found.origin),
            attempted_at=time_text(found.attempted_ms),
            faults=faults_told(found.faults),
            needs_restart=list(found.needs_restart),
            off=dict(self.desk.policies().off),
        )

    def history(self, actor: Actor, *, cursor_text: str | None = None, limit: int = 50) -> PolicyHistory:
        self.desk.require(actor, "policy:read")
        place = after(cursor_text, 1)
        found = self._history.events(limit, None if place is None else number(place[0]))
        full = len(found) == limit
        return PolicyHistory(
            events=[event_told(event) for event in found],
            next=cursor(str(found[-1].enforcement.seq)) if full else None,
        )

    def revision(self, actor: Actor, name: str) -> PolicyRevision:
        """Its files as they were last read. `folder` is what stands there now."""
        self.desk.require(actor, "policy:read")
        found = self._found(name)
        files = {
            name: PolicyFile(text=kept.text, withheld=kept.withheld)
            for name, kept in sorted(found.files.items())
        }
        return PolicyRevision(revision=found.name, files=files)

    def difference(self, actor: Actor, wanted: Between) -> PolicyDifference:
        self.desk.require(actor, "policy:read")
        old, new = self._found(wanted.old or self._newest()), self._found(wanted.new)
        changes, patch = difference(old, new)
        return PolicyDifference(old=old.name, new=new.name, changes=changes_told(changes), patch=patch)

    def check(self, actor: Actor, proposal: Proposal) -> Judgement:
        """Whether it is a policy, and how it differs from the newest that was in force. Nothing that it refers to
        is looked at: who proposes learns nothing of this machine. Refuses with 503 while another is judged."""
        self.desk.require(actor, "policy:propose")
        newest = self._history.newest()
        old = None if newest is None else self.running.revisions.get(newest.revision)
        with _alone(self.running.judging):
            return judged_apart(proposal.files, old)

    def reload(self, actor: Actor) -> PolicyReloaded:
        """Read the folder now. Refuses with 409 what is no policy: the one in force stays."""
        desk = self.desk
        with desk.act(actor, "policy.reload", {}) as result:
            desk.require(actor, "system:reload")
            done = self.running.reload(_author(actor))
            if isinstance(done, NotReloaded):
                raise _no_policy(done.faults)
            result["revision"] = done.revision
        return PolicyReloaded(
            revision=done.revision,
            previous=done.previous,
            what=done.what,
            needs_restart=list(done.needs_restart),
        )

    def roll_back(self, actor: Actor, wanted: GoBack) -> WentBack:
        """Write the files of a revision back into the folder; running gateways follow within two seconds. Where
        it can't be written to, the patch is told."""
        desk, running = self.desk, self.running
        with desk.act(actor, "policy.rollback", wanted.model_dump(mode="json")) as result:
            desk.require(actor, "policy:approve")
            target = self._found(wanted.revision)
            asked = Rollback(target, _author(actor), desk.now_ms(), wanted.force, wanted.dry_run)
            with _refusals():
                done = roll_back(asked, running.folder, running.environment, running.revisions)
            result["revision"] = done.revision
            result["done"] = not isinstance(done, ByHand)
        if isinstance(done, ByHand):
            return WentBack(revision=done.revision, done=False, why=done.why, patch=done.patch)
        return WentBack(
            revision=done.revision,
            done=True,
            written=list(done.written),
            removed=list(done.removed),
            aside=[str(path) for path in done.aside],
        )

    @property
    def _history(self) -> History:
        return History(self.running.revisions, self.running.folder, self.running.environment)

    def _found(self, name: str) -> Revision:
        with _refusals():
            return self._history.revision(name)

    def _newest(self) -> str:
        newest = self._history.newest()
        if newest is None:
            raise missing("no revision was in force yet")
        return newest.revision


@contextmanager
def _alone(turn: Lock) -> Iterator[None]:
    """Not waited for: whoever waits holds a thread that revokes keys, too."""
    if not turn.acquire(blocking=False):
        why = "another proposal is judged right now; try again"
        problem = Problem(Kind.UNAVAILABLE, why, code="too_many_requests", retry_after_s=1)
        raise Refused(problem, stage="administer", rule="too_many_requests")
    try:
        yield
    finally:
        turn.release()


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except UnknownRevision as unknown:
        raise missing(str(unknown)) from None
    except NotRestorable as why:
        raise conflict(str(why), "not_restorable") from None
    except PolicyInvalid as invalid:
        raise _no_policy(tuple(nameless(invalid))) from None


def _no_policy(faults: tuple[Fault, ...]) -> Misread:
    errors = [
        FieldError(field=f"{Path(one.file).name}:{one.line}:{one.column}", message=one.message)
        for one in faults
    ]
    more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
    said = f"this is no valid policy: {errors[0].field}: {errors[0].message}{more}"
    return Misread(errors, conflict(said, "policy_invalid").problem)


def _author(actor: Actor) -> str:
    return actor.user or actor.key or actor.proof
