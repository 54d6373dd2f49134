"""Kept contents are opened with the keys of all their people, or not at all."""

from __future__ import annotations

import pytest

from gateway.audit.content import ContentUnreadable, Kept, Sealer
from gateway.audit.opening import Opener, told
from gateway.keyring import WrappedUnreadable
from gateway.stores.contents import ContentRow
from tests.stores.test_contents import row

KEPT = Kept(sent=b"hi \xff", got=b"ho", sent_bytes=4, got_bytes=9)


class Keys:
    def __init__(self, **known: bytes) -> None:
        self.known, self.asked = known, list[str]()

    def find(self, pseudonym: str) -> bytes | None:
        self.asked.append(pseudonym)
        if pseudonym == "broken":
            raise WrappedUnreadable("no such key")
        return self.known.get(pseudonym)


def sealed(number: int = 1, end_user: str | None = "bert") -> ContentRow:
    people = [one for one in ("anna", end_user) if one]
    _, text = Sealer((), [one.encode().ljust(32) for one in people], bytes).seal(f"c{number}", "sealed", KEPT)
    return row(number, user="anna", end_user=end_user, sealed=text)


def keys(*names: str) -> Keys:
    return Keys(**{name: name.encode().ljust(32) for name in names})


def test_each_person_is_looked_up_once():
    known = keys("anna", "bert")
    opener = Opener(known)
    assert [opener.open(sealed(number)) for number in (1, 2)] == [KEPT, KEPT]
    assert known.asked == ["anna", "bert"]


@pytest.mark.parametrize("names", [("anna",), ("bert",), ()])
def test_without_the_key_of_one_of_them_it_says_that_it_is_destroyed(names: tuple[str, ...]):
    with pytest.raises(ContentUnreadable, match="destroyed"):
        Opener(keys(*names)).open(sealed())


def test_a_key_that_the_keyring_can_not_open_is_named():
    with pytest.raises(ContentUnreadable, match="no such key"):
        Opener(keys("anna")).open(sealed(end_user="broken"))


def test_what_is_told_is_text_and_says_whether_it_is_whole():
    assert told(KEPT) == {
        "sent": "hi �",
        "got": "ho",
        "sent_bytes": 4,
        "got_bytes": 9,
        "content_type": "",
        "whole": False,
    }
