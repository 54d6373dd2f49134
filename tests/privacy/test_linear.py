import pytest

from gateway.privacy.linear import NotLinear, Pattern, Sieve


def test_a_value_is_the_first_group_or_the_whole():
    assert list(Pattern(r"n=(\d+)").find(b"n=12 n=3")) == [(2, 4), (7, 8)]
    assert list(Pattern(r"\d+").find(b"12 3")) == [(0, 2), (3, 4)]


@pytest.mark.parametrize("pattern", [r"(?=a)b", r"(a)\1", r"(", r"(?<!a)b"])
def test_a_pattern_that_could_go_back_is_refused(pattern: str):
    with pytest.raises(NotLinear, match="linear time"):
        Pattern(pattern)


def test_a_sieve_names_the_patterns_that_match():
    assert list(Sieve([r"\d", "x", "y"]).hits(b"y 1")) == [0, 2]


def test_a_sieve_that_cannot_tell_names_all(monkeypatch: pytest.MonkeyPatch):
    class OutOfMemory:
        def Match(self, data: bytes) -> None:  # noqa: N802  # RE2's own name
            return None

    sieve = Sieve(["x", "y"])
    monkeypatch.setattr(sieve, "_set", OutOfMemory())
    assert list(sieve.hits(b"z")) == [0, 1]


def test_a_pattern_matches_a_whole_or_not():
    assert Pattern(r"\d+").whole(b"12")
    assert not Pattern(r"\d+").whole(b"12a")
