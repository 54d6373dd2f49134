"""Events become what is sent."""

from __future__ import annotations

import json

from gateway.alerts.event import alert_of, who_wants
from tests.alerts.parts import CROSSED, event, webhook

AT = "2027-01-15T08:00:00.000Z"


def test_an_alert_says_what_happened_and_when():
    alert = alert_of(event(once="month 50%"), "evt_1", 5, AT)
    assert (alert.id, alert.once, alert.at) == ("evt_1", "month 50%", 5)
    assert json.loads(alert.body) == {
        "type": "budget.threshold",
        "timestamp": AT,
        "data": {"budget": "month", "threshold": "50%"},
    }


def test_those_are_told_who_want_to_know():
    asked = (webhook("a"), webhook("b", "https://b.test/", "budget", "freeze"), webhook("c", "x", "freeze"))
    assert who_wants(CROSSED, asked) == ("a", "b")
