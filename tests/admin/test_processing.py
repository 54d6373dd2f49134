"""The record of processing counts the calls that were made."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.admin.actor import Actor
from gateway.admin.administration import Administration
from gateway.errors import Kind
from gateway.installation import open_installation
from gateway.policy.models.use_cases import UseCaseEntry
from gateway.policy.snapshot import Policy
from gateway.settings import Settings
from tests.admin.test_keys import refusal as assert_refused
from tests.admin.test_privacy import Begun
from tests.audit.parts import START_MS
from tests.parts.kept_calls import HOUR_MS, KeptCall, keep

POLICY = Policy("rev-1", use_cases={"faq": UseCaseEntry(objective="deflect tickets")})


@pytest.mark.parametrize(("since", "calls"), [(None, 2), ("2027-01-15T09:00:00.000Z", 1)])
def test_recipients_are_counted_in_the_time_that_was_asked_about(
    tmp_path: Path, since: str | None, calls: int
):
    with open_installation(Settings(data=tmp_path)) as installation:
        keep(installation, KeptCall("c1"), KeptCall("c2", at_ms=START_MS + HOUR_MS))
        to = Administration(installation, lambda: POLICY, Begun())
        [record] = to.processing.report(Actor("os"), since).records
        assert (record.purpose, [(one.provider, one.calls) for one in record.recipients]) == (
            "deflect tickets",
            [("openai", calls)],
        )


def test_it_is_told_to_auditors_alone(tmp_path: Path):
    with open_installation(Settings(data=tmp_path)) as installation:
        assert_refused(
            Kind.FORBIDDEN,
            Administration(installation, lambda: POLICY, Begun()).processing.report,
            Actor("key"),
            None,
        )
