"""Legal holds are set and released by whom it is permitted, and named in the log."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from gateway.admin.actor import Actor
from gateway.admin.administration import Administration
from gateway.admin.privacy_bodies import HoldAsked
from gateway.errors import Kind
from gateway.installation import open_installation
from gateway.settings import Settings
from tests.admin.test_keys import refusal as assert_refused
from tests.admin.test_privacy import OFFICER, POLICY, Begun
from tests.parts.kept_calls import KeptCall, keep


def test_a_hold_is_in_force_until_it_is_released(tmp_path: Path):
    with open_installation(Settings(data=tmp_path)) as installation:
        keep(installation, KeptCall("c1", user="anna"))
        acts = Begun()
        to = Administration(installation, lambda: POLICY, acts)
        made = to.holds.add(OFFICER, HoldAsked(reason="a dispute", subject="user:anna", team="support"))
        assert to.holds.list(OFFICER, released=False).holds == [made]
        assert (made.subject, made.team) == (installation.subjects.find("user", "anna"), "support")
        to.holds.release(OFFICER, made.id)
        assert to.holds.list(OFFICER, released=False).holds == []
        [released] = to.holds.list(OFFICER, released=True).holds
        assert released.released_at is not None
        assert [act.name for act in acts.begun] == ["holds.add", "holds.release"]


def test_nobody_holds_whom_nobody_knows_or_releases_what_is_not_there(tmp_path: Path):
    with open_installation(Settings(data=tmp_path)) as installation:
        to = Administration(installation, lambda: POLICY, Begun())
        assert_refused(
            Kind.NOT_FOUND, to.holds.add, OFFICER, HoldAsked(reason="a test", subject="user:nobody")
        )
        assert_refused(Kind.NOT_FOUND, to.holds.release, OFFICER, "hold_1")


def test_a_lead_holds_nothing(tmp_path: Path):
    with open_installation(Settings(data=tmp_path)) as installation:
        to, lead = (
            Administration(installation, lambda: POLICY, Begun()),
            Actor("key", roles=("lead",), team="support"),
        )
        assert_refused(Kind.FORBIDDEN, to.holds.add, lead, HoldAsked(reason="a test", team="support"))
        assert_refused(Kind.FORBIDDEN, partial(to.holds.list, released=False), lead)
