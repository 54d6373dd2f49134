from __future__ import annotations

from gateway.guards.size import Size


def test_what_is_beyond_its_size_is_found_and_what_is_just_as_long_is_not():
    size = Size(3)
    assert size.judge("abc", whole=True) is None
    assert size.judge("abcd", whole=False) == (3, 4, "SIZE", 1.0)
