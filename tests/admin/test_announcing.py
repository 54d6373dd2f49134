"""Others are told of what administrators did, if they can be; it is done either way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.admin.actor import Actor
from gateway.admin.announcing import announce, author
from gateway.admin.desk import Desk
from gateway.alerts.event import Event
from gateway.policy.faults import PolicyInvalid
from gateway.policy.snapshot import Policy
from gateway.stores.interfaces import StoreUnavailable
from tests.admin.measuring import POLICY, office

EVENT = Event("freeze", "freeze.frozen", {"freeze": "frz_1"})


def test_those_whom_the_policy_names_are_told(tmp_path: Path):
    with office(tmp_path) as made:
        announce(Desk(made.installation, lambda: POLICY, made.acts), EVENT)
        announce(Desk(made.installation, lambda: Policy("rev"), made.acts), EVENT)
        assert [each.webhook for each in made.alerts()] == ["w1"]


@pytest.mark.parametrize("error", [PolicyInvalid([]), StoreUnavailable("down")])
def test_where_nobody_can_be_told_nothing_fails(tmp_path: Path, error: Exception):
    def policies() -> Any:
        raise error

    with office(tmp_path) as made:
        announce(Desk(made.installation, policies, made.acts), EVENT)
        assert made.alerts() == []


def test_who_it_was_is_a_person_else_a_key_else_how_it_was_proven():
    actors = Actor("key", user="anna", key="key_1"), Actor("key", key="key_1"), Actor("admin_key")
    assert [author(each) for each in actors] == ["anna", "key_1", "admin_key"]
