"""The policy, as administrators propose it and are told of it. Secrets that are written out in it are withheld."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from gateway.admin.words import Asked, Paging, Time, Told, time_text, whole
from gateway.policy.differences import Change, Nothing
from gateway.policy.faults import Fault
from gateway.reload.history import Event
from gateway.stores.revisions import Cause, Origin

RevisionName = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{1,64}|folder)$")]
_FILE_NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,94}\.yaml$"
FileText = Annotated[str, StringConstraints(max_length=1024 * 1024)]


class FaultTold(Told):
    """One error in a policy file; line and column count from 1."""

    file: str
    line: int
    column: int
    message: str


class Source(Told):
    folder: str
    commit: str | None = Field(description="null: the folder is in no git checkout.")
    dirty: bool | None = Field(description="Whether the folder holds what the commit does not.")


class ChangeTold(Told):
    """One key that differs. `old` is null where it was added, `new` where it was removed."""

    path: str = Field(examples=["models.fast.targets[openai/gpt-5-mini].weight"])
    kind: Literal["added", "removed", "changed"]
    old: Any
    new: Any


class PolicyStatus(Told):
    """What this process has in force, and what became of its last look at the folder."""

    revision: str
    since: Time
    cause: Cause
    author: str | None
    source: Source
    attempted_at: Time
    faults: list[FaultTold] = Field(description="What keeps the folder from being in force; none: it is.")
    needs_restart: list[str] = Field(description="Keys whose new value holds from the next start on.")
    off: dict[str, str] = Field(description="Providers that are off, and why.")


class PolicyEvent(Told):
    """A revision came into force, at whichever process first."""

    number: int
    at: Time
    revision: str
    previous: str | None
    cause: Cause
    author: str | None
    source: Source
    changes: list[ChangeTold] | None = Field(description="null: what was before is not known.")


class HistoryPage(Paging):
    """Which part of the history. What each event changed is worked out anew."""

    limit: Annotated[
        int,
        BeforeValidator(whole),
        Field(ge=1, le=100),
        WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 100}),
    ] = Field(20, description="At most so many.")


class PolicyHistory(Told):
    events: list[PolicyEvent] = Field(description="Newest first.")
    next: str | None = Field(description="The cursor of the next page; null: this was the last.")


class PolicyFile(Told):
    text: str
    withheld: bool = Field(description="Whether *** stands for a secret that was written out.")


class PolicyRevision(Told):
    revision: str
    files: dict[str, PolicyFile]


class Between(Asked):
    """Two revisions; `folder` is what stands in the policy folder now."""

    old: RevisionName | None = Field(None, description="null: the newest that was in force.")
    new: RevisionName = "folder"


class PolicyDifference(Told):
    old: str
    new: str
    changes: list[ChangeTold]
    patch: str


class Proposal(Asked):
    """A whole policy folder, to be judged and nothing more."""

    files: Annotated[
        dict[Annotated[str, StringConstraints(pattern=_FILE_NAME)], FileText],
        Field(min_length=1, max_length=200),
        WithJsonSchema(
            {
                "type": "object",
                "propertyNames": {"pattern": _FILE_NAME},
                "additionalProperties": {"type": "string", "maxLength": 1024 * 1024},
                "minProperties": 1,
                "maxProperties": 200,
                "examples": [{"gateway.yaml": "gateway: 1\n"}],
            }
        ),
    ] = Field(description="Texts by file name.")


class Judgement(Told):
    """Whether a proposal is a policy, and what it would change. References to secrets are not looked at."""

    revision: str | None = Field(description="null: it is no policy.")
    faults: list[FaultTold]
    changes: list[ChangeTold]
    patch: str


class PolicyReloaded(Told):
    revision: str
    previous: str
    what: Literal["policy", "secrets", "nothing"] = Field(description="What has changed.")
    needs_restart: list[str]


class GoBack(Asked):
    """To which revision."""

    revision: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{1,64}$")]
    force: bool = Field(False, description="Also where changes would be lost that no revision holds.")
    dry_run: bool = Field(False, description="Only tell the patch.")


class WentBack(Told):
    """`done` false: the folder is as it was; `why`, and the `patch` that makes it the revision."""

    revision: str
    done: bool
    written: list[str] = Field([])
    removed: list[str] = Field([])
    aside: list[str] = Field([], description="Copies of what no revision held.")
    why: str | None = None
    patch: str | None = None


def faults_told(faults: Iterable[Fault]) -> list[FaultTold]:
    return [FaultTold(file=one.file, line=one.line, column=one.column, message=one.message) for one in faults]


def source_told(origin: Origin) -> Source:
    return Source(folder=origin.folder, commit=origin.commit, dirty=origin.dirty)


def changes_told(changes: Iterable[Change]) -> list[ChangeTold]:
    return [_change_told(change) for change in changes]


def _change_told(change: Change) -> ChangeTold:
    old, new = change.old, change.new
    if old is Nothing.HERE:
        return ChangeTold(path=change.path, kind="added", old=None, new=new)
    if new is Nothing.HERE:
        return ChangeTold(path=change.path, kind="removed", old=old, new=None)
    return ChangeTold(path=change.path, kind="changed", old=old, new=new)


def event_told(event: Event) -> PolicyEvent:
    one, why = event.enforcement, event.enforcement.why
    return PolicyEvent(
        number=one.seq,
        at=time_text(why.at),
        revision=one.revision,
        previous=one.previous,
        cause=why.cause,
        author=why.author,
        source=source_told(why.origin),
        changes=None if event.changes is None else changes_told(event.changes),
    )
