from __future__ import annotations

from gateway.alerts.guardrails import failed, found

HOUR_MS = 3_600_000


def test_a_finding_says_which_guardrail_and_what_kind_and_how_many():
    event = found("no-codename", "block", {"KEYWORD": 2}, "call-1", 0)
    assert (event.kind, event.what) == ("guardrail", "guardrail.found")
    assert event.data == {
        "guardrail": "no-codename",
        "action": "block",
        "found": {"KEYWORD": 2},
        "call": "call-1",
    }


def test_a_failure_says_what_follows_from_it():
    event = failed("classifier", "allow", "call-1", 0)
    assert (event.what, event.data["on_failure"]) == ("guardrail.failed", "allow")


def test_each_is_told_once_an_hour():
    def once(name: str, at_ms: int) -> str | None:
        return found(name, "flag", {}, "c", at_ms).once

    assert once("a", 1) == once("a", HOUR_MS - 1) != once("a", HOUR_MS)
    assert once("a", 1) != once("b", 1)
    assert failed("a", "block", "c", 1).once != once("a", 1)
