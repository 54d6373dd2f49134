"""Administration on this machine: straight on the database, beside a gateway that runs or not."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from importlib.metadata import version
from typing import Final, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from gateway.admin.administration import Administration
from gateway.admin.operations import Given
from gateway.admin.problem_body import Misread
from gateway.admin.recorder import Recorder
from gateway.admin.running import Running
from gateway.audit.boot import Booting
from gateway.audit.direct import DirectLog
from gateway.audit.entry import Entry
from gateway.cli.os_actor import os_actor
from gateway.cli.target import Question
from gateway.errors import Kind, Problem, Refused
from gateway.installation import Installation, open_installation
from gateway.journal import LogJournal
from gateway.policy.faults import PolicyInvalid
from gateway.policy.load import load_policy
from gateway.policy.snapshot import Policy
from gateway.settings import Settings, environment, load_settings
from gateway.stores.archive import SqlArchive
from gateway.stores.processes import SqlProcesses
from gateway.stores.revisions import SqlRevisions

T = TypeVar("T", bound=BaseModel)

_PATIENCE_MS: Final = 30_000
"""SQLite lets whoever comes by write next: among many that write, somebody waits for seconds. Nobody else waits for
a command."""


@contextmanager
def opened() -> Iterator[Local]:
    """SettingsInvalid, SecretInvalid or StoreUnavailable: there is nothing to administer."""
    settings = load_settings()
    with open_installation(settings, busy_timeout_ms=_PATIENCE_MS) as installation, ExitStack() as stack:
        log = Log(settings, installation, stack)
        recorder = Recorder(log.append, installation.subjects, installation.now_ms, LogJournal())
        beside = _beside(settings, installation)
        yield Local(lambda policies: Administration(installation, policies, recorder, beside), settings)


def _beside(settings: Settings, installation: Installation) -> Running:
    """What of a running gateway is in its folder and its database; the rest only it can say."""

    def not_here(*_: object) -> NoReturn:
        problem = Problem(
            Kind.UNAVAILABLE, "this is asked of a running gateway: use --url", code="not_running"
        )
        raise Refused(problem, stage="administer", rule="not_running")

    return Running(
        folder=settings.policies,
        environment={**environment(), "GATEWAY_DATA": str(settings.data)},
        revisions=SqlRevisions(installation.database.engine),
        processes=SqlProcesses(installation.database.engine),
        status=not_here,
        reload=not_here,
        vitals=not_here,
        version=version("portcullis-gateway"),
    )


class Local:
    """gateway.cli.target.Side. Who asks is the operating system's user, who may do all: they hold the database
    and its secret. What they change is recorded all the same."""

    def __init__(
        self, administration: Callable[[Callable[[], Policy]], Administration], settings: Settings
    ) -> None:
        self._administration = administration
        self._settings = settings

    def answer(self, question: Question, told: type[T]) -> T:
        try:
            return self._answer(question, told, self._policy)
        except PolicyInvalid:
            if question.operation.act is not None or question.operation.name == "usage.repriced":
                raise
            print("gateway: warning: the policy is not valid, so its keys are not listed", file=sys.stderr)
            return self._answer(question, told, lambda: Policy(""))

    def _answer(self, question: Question, told: type[T], policies: Callable[[], Policy]) -> T:
        operation, query = question.operation, None
        if operation.query is not None:
            try:
                query = operation.query.model_validate(question.query)
            except ValidationError as error:
                raise Misread.by(error) from None
        given = Given(question.path, query, question.body)
        found = operation.do(self._administration(policies), os_actor(environment()), given)
        assert isinstance(found, told)
        return found

    def _policy(self) -> Policy:
        # Whoever makes keys need not hold the providers' secrets: only roles and teams matter here.
        return load_policy(self._settings.policies, environment=environment(), secrets="skip")


class Log:
    """The audit log, opened by the first act: who only reads writes nothing."""

    def __init__(self, settings: Settings, installation: Installation, stack: ExitStack) -> None:
        self._settings = settings
        self._installation = installation
        self._stack = stack
        self._opened: DirectLog | None = None

    def append(self, entry: Entry) -> None:
        if self._opened is None:
            self._opened = self._stack.enter_context(closing(DirectLog.open(self._booting())))
        self._opened.append(entry)

    def _booting(self) -> Booting:
        installation = self._installation
        return Booting(
            data=self._settings.data,
            installation=installation.database.installation,
            archive=SqlArchive(installation.database.engine, now_ms=installation.now_ms),
            version=version("portcullis-gateway"),
            policy="",
            now_ms=installation.now_ms,
            new_id=lambda: secrets.token_hex(8),
            monotonic=installation.clock.monotonic,
        )
