"""Values put back into the arguments of a call, piece by piece."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.privacy.placeholders import Issued
from gateway.streams.restore import Counts
from gateway.streams.restore_json import JsonRestorer, restored_json

ISSUED = Issued({"PERSON_1": 'Z"o\\ë\n', "EMAIL_1": "😀@e.io"})


def in_pieces(pieces: list[str]) -> str:
    restorer = JsonRestorer(ISSUED, Counts())
    return "".join(map(restorer.feed, pieces)) + restorer.finish()


def test_a_value_is_escaped_where_it_stands():
    assert json.loads(restored_json('{"<PERSON_1>":"\\u003cEMAIL_1>"}', ISSUED, Counts())) == {
        'Z"o\\ë\n': "😀@e.io"
    }


def test_an_address_ends_with_its_string():
    counts = Counts()
    told = restored_json('["https:\\/\\/e.io\\/?q=<PERSON_1>","<EMAIL_1>"]', ISSUED, counts)
    assert json.loads(told) == ["https://e.io/?q=<PERSON_1>", "😀@e.io"]
    assert counts == Counts(restored=1, unsafe=1)


@pytest.mark.parametrize(
    "text", ['{"a":"<PER', '{"a":"x\\', '{"a":"\\ud83d\\u', "<PERSON_1>", '{"a":"\\ud800"}', ""]
)
def test_what_is_cut_or_no_document_stays(text):
    assert in_pieces(list(text)) == restored_json(text, ISSUED, Counts()) == text


def test_an_escape_waits_for_its_end():
    restorer = JsonRestorer(ISSUED, Counts())
    assert restorer.feed('"a\\ud83d') == '"a' and restorer.held
    assert restorer.feed('\\ude00"') == '😀"' and not restorer.held


SAID = st.lists(
    st.sampled_from(
        ["<PERSON_1>", "EMAIL_1", '"', "\\", "\n", "é", "😀", "https://", " ", "<", "\x00", "\ud800"]
    ),
    max_size=6,
).map("".join)


@given(
    st.recursive(SAID | st.integers(), lambda inner: st.dictionaries(SAID, inner, max_size=3)),
    st.booleans(),
    st.data(),
)
def test_a_document_stays_valid_and_the_same_however_it_is_cut(value, escaped, data):
    text = json.dumps(value) if escaped else json.dumps(value, ensure_ascii=False)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=5)))
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    told = restored_json(text, ISSUED, Counts())
    assert in_pieces(pieces) == in_pieces(list(text)) == told
    json.loads(told)
    nothing = Issued({})
    assert json.loads(restored_json(text, nothing, Counts())) == value
