"""Who is told, as a policy in force knows them: by what it declares, not by what stands behind a reference."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.policy.faults import PolicyInvalid
from gateway.policy.models.alerts import AlertsEntry
from gateway.policy.webhooks import Webhook, webhooks_of
from tests.policy.folder import loaded

TWO = {
    "webhooks": ({"url": "${HOOK}", "secret": "${SIGN}", "events": ("budget",)}, {"url": "https://b.test/x"})
}
KNOWN = {"HOOK": "https://a.test/token", "SIGN": "s3cret"}


def of(said: object, **environment: str) -> tuple[Webhook, ...]:
    return webhooks_of(AlertsEntry.model_validate(said), environment or KNOWN, read=True)


def test_references_become_what_they_stand_for():
    first, second = of(TWO)
    assert first.secret is not None
    assert (first.url.reveal(), first.secret.reveal()) == ("https://a.test/token", "s3cret")
    assert (second.url.reveal(), second.secret) == ("https://b.test/x", None)


def test_one_is_told_of_what_it_asks_for_or_of_everything():
    first, second = of(TWO)
    assert [each.wants("budget") for each in (first, second)] == [True, True]
    assert [each.wants("freeze") for each in (first, second)] == [False, True]


def test_its_id_is_by_what_is_declared():
    before = of(TWO)
    after = of(TWO, HOOK="https://elsewhere.test/", SIGN="another")
    assert [each.id for each in before] == [each.id for each in after]
    assert len({each.id for each in before}) == 2


def test_the_same_address_twice_is_two_that_are_told():
    twice = of({"webhooks": ({"url": "https://b.test/"}, {"url": "https://b.test/"})})
    assert len({each.id for each in twice}) == 2


def test_neither_address_nor_secret_shows_itself():
    text = repr(of(TWO))
    assert "token" not in text and "s3cret" not in text and "b.test" not in text


def test_a_policy_knows_whom_it_tells(tmp_path: Path):
    policy = loaded(tmp_path, "alerts: {webhooks: [{url: 'https://b.test/x', events: [freeze]}]}\n")
    [webhook] = policy.webhooks
    assert (webhook.name, webhook.events) == ("alerts.webhooks.0", frozenset({"freeze"}))


def test_a_reference_that_leads_nowhere_is_a_fault(tmp_path: Path):
    with pytest.raises(PolicyInvalid, match="NOT_SET"):
        loaded(tmp_path, "alerts: {webhooks: [{url: '${NOT_SET}'}]}\n")
