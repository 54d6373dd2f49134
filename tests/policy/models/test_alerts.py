from __future__ import annotations

from gateway.policy.models.alerts import WebhookEntry
from tests.policy.models.entry import read, refused


def test_everything_is_told_unless_it_is_said():
    assert read(WebhookEntry, url="https://x.example").events is None


def test_what_alerts_are_signed_with_is_never_written_out():
    assert "expected a reference" in refused(WebhookEntry, url="https://x.example", secret="hunter2")


def test_an_address_does_not_show_itself():
    assert "x.example" not in repr(read(WebhookEntry, url="https://x.example/token"))


def test_an_address_can_be_called():
    assert "expected an address" in refused(WebhookEntry, url="x.example")
