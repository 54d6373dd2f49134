import pytest

from gateway.privacy import inside
from gateway.privacy.inside import Inside, by_request


def test_what_is_kept_of_each_request_is_found_by_its_name():
    kept = Inside()
    assert kept.add("one", {"PERSON_1": "Ann Lee", "EMAIL_1": "a@b.org"})
    assert kept.add("number two", {"PERSON_1": "Bob Ray"})
    assert by_request(kept.values) == {
        "one": {"PERSON_1": "Ann Lee", "EMAIL_1": "a@b.org"},
        "number two": {"PERSON_1": "Bob Ray"},
    }


def test_there_is_an_end_to_what_is_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(inside, "MOST_BYTES", 20)
    assert not Inside().add("one", {"PERSON_1": "Ann Lee of Somewhere"})
