"""How the gateway is, truthfully: also when a part of it is not well."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from gateway.admin.actor import Actor
from gateway.admin.desk import Desk
from gateway.admin.running import Running, Vitals
from gateway.admin.system import SystemAdministration
from gateway.admin.system_bodies import AnchorHere, SystemStatus
from gateway.audit.standing import AnchorState, NotaryState
from gateway.identity.standing import Standing
from gateway.installation import open_installation
from gateway.ledger.protocol import Standing as LedgerStanding
from gateway.policy.faults import Fault
from gateway.policy.snapshot import Policy
from gateway.reload.status import Status
from gateway.settings import Settings
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.processes import Process
from gateway.stores.revisions import Origin
from tests.admin.parts import admin_side
from tests.admin.test_acts import Listed

HERE = Process("p1", "w1", "host", 1, 0, 0, "rev-1", 0, 0)
COUNTS = LedgerStanding(True, True, None, 2)
WELL = Vitals("w1", True, 3, NotaryState(1_000), 2, (Standing("corporate", True, 61.4, False),), COUNTS)


class Processes:
    def __init__(self, *running: Process, down: bool = False) -> None:
        self._running, self._down = running, down

    def alive(self, now_ms: int) -> tuple[Process, ...]:
        if self._down:
            raise StoreUnavailable("down")
        return self._running


def status(
    folder: Path, vitals: Vitals = WELL, processes: Any = None, faults: tuple[Fault, ...] = ()
) -> SystemStatus:
    beside: Any = processes or Processes(HERE)
    here = Status("rev-1", 0, "start", None, Origin("policies"), 0, faults)
    running = Running(
        folder=folder,
        environment={},
        revisions=None,  # type: ignore[arg-type]
        processes=beside,
        status=lambda: here,
        reload=lambda _: None,  # type: ignore[arg-type,return-value]
        vitals=lambda: vitals,
        version="1.2.3",
    )
    with open_installation(Settings(data=folder)) as installation:
        policy = Policy("rev-1", off={"acme": "OPENAI_API_KEY is not set"})
        return SystemAdministration(Desk(installation, lambda: policy, Listed()), running).status(Actor("os"))


def test_all_is_well(tmp_path: Path):
    told = status(tmp_path)
    assert (told.healthy, told.version, told.calls, told.audit.waiting) == (True, "1.2.3", 2, 3)
    assert (told.policy.off, told.issuers[0].fetched_s_ago) == (["acme"], 61)
    assert [one.revision for one in told.processes] == ["rev-1"]


def test_a_spool_that_takes_nothing_is_told(tmp_path: Path):
    told = status(tmp_path, Vitals("w1", False, 0, NotaryState(), 0, (), COUNTS))
    assert (told.healthy, told.audit.healthy) == (False, False)


def test_a_ledger_that_can_not_count_is_told(tmp_path: Path):
    told = status(tmp_path, replace(WELL, ledger=LedgerStanding(True, False, "Redis: gone", 2)))
    assert (told.healthy, told.ledger.healthy, told.ledger.trouble) == (False, False, "Redis: gone")


def test_heads_that_can_not_be_signed_or_kept_outside_are_told(tmp_path: Path):
    behind = AnchorState("/var/audit/anchors", None, "No space left on device")
    told = status(tmp_path, replace(WELL, notary=NotaryState(1_000, None, (behind,))))
    assert (told.healthy, told.audit.healthy) == (False, True)
    assert told.audit.signed_at == "1970-01-01T00:00:01+00:00"
    assert told.audit.anchors == [
        AnchorHere(place="/var/audit/anchors", kept=None, fault="No space left on device")
    ]
    told = status(tmp_path, replace(WELL, notary=NotaryState(1_000, "the database went back")))
    assert (told.healthy, told.audit.fault) == (False, "the database went back")


def test_an_issuer_without_keys_or_with_old_ones_is_told(tmp_path: Path):
    issuers = (Standing("new", False, None, False), Standing("old", True, 9000.0, True))
    told = status(tmp_path, Vitals("w1", True, 0, NotaryState(), 0, issuers, COUNTS))
    assert told.healthy is False
    assert [(one.healthy, one.known) for one in told.issuers] == [(False, False), (False, True)]


def test_a_database_that_is_down_is_told_and_not_a_failure(tmp_path: Path):
    told = status(tmp_path, processes=Processes(down=True))
    assert (told.healthy, told.database.healthy, told.database.answer_ms) == (False, False, None)


def test_a_process_that_runs_another_revision_is_told(tmp_path: Path):
    told = status(tmp_path, processes=Processes(HERE, HERE._replace(pid=2, revision="rev-0")))
    assert (told.healthy, [one.revision for one in told.processes]) == (False, ["rev-1", "rev-0"])


def test_a_folder_that_is_no_policy_is_told(tmp_path: Path):
    told = status(tmp_path, faults=(Fault("a.yaml", 1, 1, "wrong"),))
    assert (told.healthy, told.policy.faults) == (False, 1)


async def test_a_running_gateway_tells_of_itself(tmp_path: Path):
    policy = {
        "gateway": 1,
        "identity_providers": {
            "corporate": {
                "issuer": "https://login.example.com/",
                "audience": "gateway",
                "algorithms": ["RS256"],
                "claims": {"user": "sub", "roles": "groups"},
            }
        },
    }
    async with admin_side(tmp_path, policy) as side:
        answer = await side.ask("GET", "/status")
    assert answer.status == 200
    assert answer.body["policy"]["revision"] == side.runtime.policies.current.revision
    assert answer.body["audit"]["healthy"] is True
    assert [(one["name"], one["known"]) for one in answer.body["issuers"]] == [("corporate", False)]
