"""The audit log through administration: of one's own team where that is as far as it goes, and without names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.admin.actor import Actor
from gateway.admin.administration import Administration
from gateway.audit.boot import Booting
from gateway.audit.entry import Who
from gateway.audit.log import AuditLog
from gateway.errors import Kind
from gateway.installation import open_installation
from gateway.policy.roles import Role, Team
from gateway.policy.snapshot import Policy
from gateway.settings import Settings
from gateway.stores.archive import SqlArchive
from gateway.stores.interfaces import CallFilter
from tests.admin.test_acts import Listed
from tests.admin.test_keys import refusal
from tests.audit.parts import intent, outcome

POLICY = Policy(
    "rev-1",
    roles={
        one.name: one
        for one in (
            Role("auditor", permissions=frozenset({"audit:read"})),
            Role("lead", permissions=frozenset({"audit:read"}), within_own_team=True),
            Role("people", permissions=frozenset({"usage:read_people"})),
            Role("own-people", permissions=frozenset({"usage:read_people"}), within_own_team=True),
        )
    },
    teams={"support": Team("support"), "night": Team("night", above=("support",)), "legal": Team("legal")},
)
AUDITOR = Actor("key", roles=("auditor",))
LEAD = Actor("key", roles=("lead",), team="support")
OS = Actor("os")
CALLS = {"c1": "support", "c2": "legal", "c3": "night", "c4": None}


@asynccontextmanager
async def recorded(folder: Path) -> AsyncIterator[tuple[Administration, str]]:
    """Four calls of anna, in the teams of CALLS, and her pseudonym."""
    with open_installation(Settings(data=folder)) as installation:
        anna = installation.subjects.pseudonym("user", "anna")
        log = await AuditLog.open(
            Booting(
                data=folder,
                installation=installation.database.installation,
                archive=SqlArchive(installation.database.engine, now_ms=installation.now_ms),
                version="1",
                policy="rev-1",
                now_ms=installation.now_ms,
                monotonic=installation.clock.monotonic,
                new_id=lambda: "w1",
            )
        )
        for name, team in CALLS.items():
            await log.append(intent(name, who=Who(auth="key", key="key_1", user=anna, team=team)))
            await log.append(outcome(name))
        await log.close()
        yield Administration(installation, lambda: POLICY, Listed()), anna


def ids(found: list[dict[str, Any]]) -> set[str]:
    return {record["id"] for record in found}


async def test_who_may_read_all_reads_all(tmp_path: Path):
    async with recorded(tmp_path) as (to, _):
        assert ids(to.audit.query(AUDITOR, CallFilter())) == set(CALLS)


async def test_a_lead_reads_the_own_team_and_those_below(tmp_path: Path):
    async with recorded(tmp_path) as (to, _):
        assert ids(to.audit.query(LEAD, CallFilter())) == {"c1", "c3"}
        assert ids(to.audit.query(LEAD, CallFilter(team="night"))) == {"c3"}
        assert to.audit.query(LEAD, CallFilter(team="legal")) == []


async def test_another_teams_call_is_as_one_that_is_not_there(tmp_path: Path):
    async with recorded(tmp_path) as (to, _):
        told = {
            refusal(Kind.NOT_FOUND, to.audit.show, LEAD, one).problem.message for one in ("c2", "c4", "nope")
        }
        assert len(told) == 1
        assert to.audit.show(LEAD, "c3")["id"] == "c3"


@pytest.mark.parametrize(
    ("actor", "named"),
    [
        (OS, True),
        (AUDITOR, False),
        (Actor("key", roles=("auditor", "people")), True),
        (Actor("key", roles=("lead", "own-people"), team="support"), True),
        (Actor("key", roles=("auditor", "own-people"), team="support"), False),
    ],
)
async def test_names_are_told_and_asked_for_only_where_people_may_be_read(
    tmp_path: Path, actor: Actor, named: bool
):
    async with recorded(tmp_path) as (to, anna):
        assert ("user_name" in to.audit.show(actor, "c1")["who"]) == named
        assert "c1" in ids(to.audit.query(actor, CallFilter(user=anna)))
        if named:
            assert "c1" in ids(to.audit.query(actor, CallFilter(user="anna")))
        else:
            refusal(Kind.FORBIDDEN, to.audit.query, actor, CallFilter(user="anna"))
            refusal(Kind.FORBIDDEN, to.audit.query, actor, CallFilter(user="nobody"))


@pytest.mark.parametrize("wanted", [CallFilter(user="anna"), CallFilter(end_user="anna")])
async def test_by_no_name_of_anybody_is_anything_told_to_who_may_not_know(tmp_path: Path, wanted: CallFilter):
    async with recorded(tmp_path) as (to, _):
        for asked in (to.audit.query, to.audit.totals):
            assert refusal(Kind.FORBIDDEN, asked, AUDITOR, wanted).rule == "usage:read_people"


async def test_totals_are_of_what_one_may_read(tmp_path: Path):
    async with recorded(tmp_path) as (to, _):
        assert (to.audit.totals(AUDITOR, CallFilter()).calls, to.audit.totals(LEAD, CallFilter()).calls) == (
            4,
            2,
        )
        assert to.audit.totals(LEAD, CallFilter(team="legal")).calls == 0


async def test_who_may_read_may_not_export_for_that(tmp_path: Path):
    async with recorded(tmp_path) as (to, _):
        assert to.audit.export(OS, CallFilter(), {}).calls == 4
        assert refusal(Kind.FORBIDDEN, to.audit.export, AUDITOR, CallFilter(), {}).rule == "audit:export"
