"""Values put back into a text, however it is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.privacy.placeholders import Issued
from gateway.streams.restore import Counts, TextRestorer, restored

ISSUED = Issued({"PERSON_1": "Zoë", "PERSON_12": "Ann", "CREDIT_CARD_1": "4111", "URL_1": "https://e.io/"})


def whole(text: str) -> tuple[str, Counts]:
    counts = Counts()
    return restored(text, ISSUED, counts), counts


def in_pieces(pieces: list[str]) -> tuple[str, Counts]:
    counts = Counts()
    restorer = TextRestorer(ISSUED, counts)
    told = "".join(map(restorer.feed, pieces))
    return told + restorer.finish(), counts


@pytest.mark.parametrize(
    "written",
    [
        "<PERSON_1>", "<Person_1>", "<person_1>", "< PERSON_1 >", "</PERSON_1>", "<PERSON_1/>", "PERSON_1", "[PERSON_1]",
        "[ Person_1 ]", "&lt;PERSON_1&gt;", "&LT;person_1&GT;", "\\u003cPERSON_1\\u003e", "<PERSON\\_1>", "\\<PERSON\\_1\\>",
        "PERSON\\_1",
    ],
)  # fmt: skip
def test_what_models_make_of_a_placeholder_is_understood(written):
    assert whole(f"a {written}, {written}'s")[0] == "a Zoë, Zoë's"
    assert in_pieces(list(f"a {written}, {written}'s"))[0] == "a Zoë, Zoë's"


@pytest.mark.parametrize("text", ["<PERSON_7>", "PERSON_7", "[PERSON_7]", "<PERSON_123>", "&lt;PERSON_2&gt;"])
def test_what_was_never_issued_stays_and_is_counted(text):
    assert whole(text) == in_pieces(list(text)) == (text, Counts(unknown=1))


@pytest.mark.parametrize(
    "text",
    [
        "person_1",
        "MY_PERSON_1",
        "PERSON_1_2",
        "PERSON_1a",
        "<PERSON 1>",
        "PERSON_",
        "<PERSON_>",
        "a<b",
        "<PER ",
        "EMAIL_1",
        "",
    ],
)
def test_other_texts_pass_as_they_are(text):
    assert whole(text) == in_pieces(list(text)) == (text, Counts())


def test_the_longer_number_wins():
    assert whole("<PERSON_12> PERSON_12 <PERSON_1>2")[0] == "Ann Ann Zoë2"


def test_the_text_of_a_link_is_restored_and_stays_one():
    assert whole("[PERSON_1](/people/1)")[0] == "[Zoë](/people/1)"


def test_only_what_may_become_a_placeholder_waits():
    restorer = TextRestorer(ISSUED, Counts())
    assert restorer.feed("a < b and <q") == "a < b and <q"
    assert (restorer.feed(" <PER"), restorer.held) == (" ", True)
    assert restorer.feed("FECT> P") == "<PERFECT> "
    assert restorer.feed("aris") == "Paris"
    assert (restorer.feed(" PERSON_1"), restorer.feed("."), restorer.held) == (" ", "Zoë.", False)


def test_what_waits_is_told_at_the_end():
    assert in_pieces(["a <PERSON_1", ""])[0] == "a <Zoë"
    assert in_pieces(["a <PERSO"])[0] == "a <PERSO"


@pytest.mark.parametrize(
    "before", ["https://e.io/?q=", "![](", "[x](/a ", '<img src="', "www.e.io/", "mailto:"]
)
def test_what_a_screen_would_fetch_is_not_restored(before):
    text = f"<PERSON_1> {before}<PERSON_1>&PERSON_1"
    assert whole(text) == (f"Zoë {before}<PERSON_1>&PERSON_1", Counts(restored=1, unsafe=2))
    assert in_pieces(list(text)) == whole(text)


def test_a_value_that_opens_an_address_carries_nothing_out():
    assert whole("<URL_1>?q=<PERSON_1> <PERSON_1>")[0] == "https://e.io/?q=<PERSON_1> Zoë"


def test_one_text_opens_nothing_in_the_next():
    restorer = TextRestorer(ISSUED, Counts())
    restorer.feed("![](https://e.io/<")
    assert restorer.finish() == "<"
    assert restorer.feed("<PERSON_1>") == "Zoë"


texts = st.lists(
    st.sampled_from(
        [
            "<PERSON_1>", "PERSON_12", "<Credit\\_Card_1>", "[PERSON_1]", "&lt;URL_1&gt;", "\\u003cPERSON_1\\u003e", "<PERSON_9>",
            "https://", "www.", "](", ")", "<a ", "=", '"', "'", ">", "<", "[", "]", "(", "]: /", "\\", "_1", "_", "\n", " ", "x",
            "PER", "SON", "1", "2", "url(", "src=", "&l", "t;", "\\u00", "é",
        ]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@given(texts, st.data())
def test_however_a_text_is_cut_the_same_is_told(text, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert in_pieces(pieces) == in_pieces(list(text)) == whole(text)


@pytest.mark.parametrize(
    "text",
    ["<" * 300_000, "[a](" * 50_000, "PERSON_" * 40_000, "<PERSON_1" * 20_000, "\\" * 300_000, "&" * 300_000],
)
def test_hostile_texts_end(text):
    assert in_pieces([text[:100_001], text[100_001:]])[0].replace("Zoë", "PERSON_1") == text
