from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.privacy.memo import Memo
from gateway.privacy.profile import Profile, profile_of
from gateway.privacy.spans import Span
from tests.privacy.recognizers.found import detector

SECRET = b"s" * 32
ALL = profile_of()


class Counting:
    """Finds the whole text, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def spans(self, text: str, profile: Profile) -> tuple[Span, ...]:
        self.asked += 1
        return (Span(0, len(text), "PERSON", 1.0),)

    def bound(self, text: str) -> None: ...

    def prepare(self, profile: Profile) -> None: ...


def test_a_text_is_read_once():
    counting = Counting()
    memo = Memo(counting, SECRET)
    assert memo.spans("Megan", ALL, "t1") == memo.spans("Megan", ALL, "t1") == (Span(0, 5, "PERSON", 1.0),)
    assert counting.asked == 1


def test_tenants_and_profiles_share_nothing():
    counting = Counting()
    memo = Memo(counting, SECRET)
    for tenant, profile in (
        ("t1", ALL),
        ("t2", ALL),
        ("t1", profile_of(["PERSON"])),
        ("t1", profile_of(languages=["fr"])),
    ):
        memo.spans("Megan", profile, tenant)
    assert counting.asked == 4


def test_a_tenants_name_and_a_text_are_never_taken_for_each_other():
    memo = Memo(Counting(), SECRET)
    assert memo.key("bc", ALL, "a") != memo.key("c", ALL, "ab")


def test_keys_differ_between_installations():
    assert Memo(Counting(), SECRET).key("x", ALL, "t") != Memo(Counting(), b"o" * 32).key("x", ALL, "t")


def test_the_least_recently_used_go_first_and_the_bound_holds():
    counting = Counting()
    memo = Memo(counting, SECRET, limit_bytes=2_000)
    for n in range(50):
        memo.spans(f"text {n}", ALL, "t")
        memo.spans("text 0", ALL, "t")
        assert memo.held_bytes <= 2_000
    assert counting.asked == 50
    memo.spans("text 1", ALL, "t")
    assert counting.asked == 51


def test_what_is_larger_than_the_memo_is_not_kept():
    memo = Memo(Counting(), SECRET, limit_bytes=100)
    memo.spans("Megan", ALL, "t")
    assert memo.held_bytes == 0


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(["Megan Okafor", "ann@example.org", "\ud800", "x", "é 8.8.4.4"]), max_size=12)
)
def test_the_memo_says_what_a_fresh_look_would(texts: list[str]):
    memo = Memo(detector(), SECRET, limit_bytes=1_500)
    for text in texts:
        assert memo.spans(text, ALL, "t") == detector().spans(text, ALL)
