"""Whoever types a command is known by their number, not by what their environment says."""

from __future__ import annotations

import os
import pwd

import pytest

from gateway.cli.os_actor import os_actor


def test_the_user_is_the_operating_systems():
    actor = os_actor({"USER": "somebody", "LOGNAME": "somebody"})
    assert (actor.proof, actor.user, actor.sudo_user) == ("os", pwd.getpwuid(os.getuid()).pw_name, None)
    assert actor.may_all


def test_whom_sudo_names_is_a_claim_beside_it():
    actor = os_actor({"SUDO_USER": "anna"})
    assert (actor.user, actor.sudo_user) == (pwd.getpwuid(os.getuid()).pw_name, "anna")


@pytest.mark.parametrize(("claimed", "kept"), [("", None), ("x" * 1_000, "x" * 256)])
def test_a_claim_may_be_nothing_or_too_long(claimed: str, kept: str | None):
    assert os_actor({"SUDO_USER": claimed}).sudo_user == kept


def test_a_number_without_a_name_stays_a_number(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)
    assert os_actor({}).user == "uid 4000000000"
