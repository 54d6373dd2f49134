from __future__ import annotations

from gateway.policy.models.processor import ProcessorEntry
from tests.policy.models.entry import read, refused


def test_what_is_not_said_is_not_known():
    entry = read(ProcessorEntry, name="OpenAI", country="US")
    assert (entry.dpa, entry.transfer, entry.retention, entry.trains) == (None, "none", None, None)


def test_a_country_is_two_letters():
    assert "two letters" in refused(ProcessorEntry, name="OpenAI", country="USA")
