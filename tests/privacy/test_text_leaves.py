"""Texts of a JSON body, read in order and written back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.privacy.text_leaf_rules import joined, tree
from gateway.privacy.text_leaves import Leaves

RULES = joined(
    tree(structural="id list.kind", kept="seal", json="arguments", word="name", schema="schema"),
    block=tree(structural="type", signed="thought", media="data", data_url="url", kept="signature"),
)


def test_every_text_is_read_in_order_but_what_is_structural():
    body = b'{"id":"1","b":["x",{"kind":"y"}],"list":[{"kind":"k","new":"z"}],"id2":{"id":"i"}}'
    assert Leaves(body, RULES).texts == ("x", "y", "z", "i")


def test_only_what_has_the_shape_of_an_id_is_structural():
    body = b'{"id":["a-1","I am Megan","m@x.org","4111111111111111","\\u0061b"],"x":{"id":1}}'
    assert Leaves(body, RULES).texts == ("I am Megan", "m@x.org", "4111111111111111")
    assert Leaves(b'{"id":4111111111111111}', RULES).texts == ("4111111111111111",)


def test_what_may_be_a_key_is_read_in_the_place_of_an_id():
    assert Leaves(b'{"id":["sk-ant-api03-x","toolu_01AbC","claude-x@20240620"]}', RULES).texts == (
        "sk-ant-api03-x",
    )


def test_an_object_at_a_structural_path_is_read_but_for_its_type_and_name():
    body = (
        b'{"id":{"a":"sk-ant-1","b":[{"c":"Megan"}],"type":"tool","name":"get_it","n":12345678,"m@x.org":1}}'
    )
    assert Leaves(body, RULES).texts == ("sk-ant-1", "Megan", "m@x.org")


def test_only_what_changes_changes_its_bytes():
    body = b'{ "b" : "\\u0041nn",\t"c":1.50, "id":"\\u0041", "d":["Ann" , "\\/"]}\n'
    leaves = Leaves(body, RULES)
    assert leaves.texts == ("Ann", "Ann", "/")
    assert leaves.written(("Ann", "<P_1>", "/")) == body.replace(b'"Ann"', b'"<P_1>"')
    assert leaves.written(leaves.texts) is body


def test_what_is_put_in_is_escaped():
    assert Leaves(b'{"b":"x"}', RULES).written(('a"\\\n',)) == b'{"b":"a\\"\\\\\\n"}'


def test_what_is_sealed_is_read_and_fixed():
    leaves = Leaves(b'{"a":"x","seal":{"y":["z"]},"b":"v"}', RULES)
    assert leaves.texts == ("x", "z", "v") and leaves.fixed == {1}


@pytest.mark.parametrize("order", [False, True])
def test_a_thought_is_sealed_where_it_is_signed(order):
    members = ['"thought":"t"', '"signature":"s"']
    signed = "{" + ",".join(reversed(members) if order else members) + "}"
    leaves = Leaves(f'{{"block":{signed}}}'.encode(), RULES)
    assert leaves.fixed == {0, 1}
    unsigned = Leaves(b'{"block":{"thought":"t","signature":""}}', RULES)
    assert unsigned.texts == ("t", "") and unsigned.fixed == {1}


def test_media_is_unread_and_what_is_at_an_address_but_where_it_is_text():
    body = b'{"block":[{"type":"base64","data":"AA"},{"data":"plain","type":"text"},{"url":"data:x"},{"url":"https://x"}]}'
    leaves = Leaves(body, RULES)
    assert leaves.texts == ("plain", "https://x") and leaves.unread == ("data", "url", "url")
    assert leaves.written(("p", "https://x")) == body.replace(b'"plain"', b'"p"')


def test_json_in_a_text_is_read_by_its_own_texts():
    inner = '{"q": "A\\u006en", "n": [{"deep":"x"}], "type":"t"}'
    body = json.dumps({"arguments": inner, "after": "z"}).encode()
    leaves = Leaves(body, RULES)
    assert leaves.texts == ("Ann", "x", "t", "z")
    written = json.loads(leaves.written(('"', "x", "t", "z")))
    assert written["arguments"] == inner.replace('"A\\u006en"', '"\\""')


@pytest.mark.parametrize("text", ["", "{", '{"a":"An', "null", "7", '"s"', "Ann"])
def test_arguments_that_are_no_document_are_a_text(text):
    assert Leaves(json.dumps({"arguments": text}).encode(), RULES).texts == (text,)


def test_an_escape_in_any_json_text_hides_nothing():
    assert Leaves(json.dumps({"said": '{"a":"A\\u006en"}'}).encode(), RULES).texts == ("Ann",)


def test_closed_documents_are_one_text():
    leaves = Leaves(b'{"arguments":"{\\"a\\":\\"b\\"}","x":"y"}', RULES, closed=True)
    assert leaves.texts == ('{"a":"b"}', "y") and leaves.documents == {0}


def test_a_long_number_is_read_and_becomes_a_text_where_it_is_replaced():
    body = b'{"phone":5551234567,"n":[1234567.5,123456,0.12345678,1e10],"id":12345678}'
    leaves = Leaves(body, RULES)
    assert leaves.texts == ("5551234567",)
    assert leaves.written(("<PHONE_1>",)) == body.replace(b"5551234567", b'"<PHONE_1>"', 1)


@pytest.mark.parametrize(
    "number", ["-{}", "{}.0", "{}.00", "{}e0", "{}E+0", "-{}.0e0", "{}e-1", "4.111111111111111e15"]
)
def test_a_long_number_is_read_however_it_is_written(number):
    written = number.format("4111111111111111")
    leaves = Leaves(f'{{"n":[{written},1]}}'.encode(), RULES)
    assert leaves.texts == ("4111111111111111",)
    assert leaves.written(("<CARD_1>",)) == b'{"n":["<CARD_1>",1]}'


def test_an_escaped_type_is_that_type():
    body = b'{"block":{"type":"\\u0074ext","data":"plain"}}'
    assert Leaves(body, RULES).texts == ("plain",)


def test_a_name_that_is_no_identifier_is_a_text():
    body = b'{"ann@lee.es":{"Ann Lee":1},"x_y-z":2}'
    leaves = Leaves(body, RULES)
    assert leaves.texts == ("ann@lee.es", "Ann Lee")
    assert leaves.written(("<EMAIL_1>", "Ann Lee")) == body.replace(b"ann@lee.es", b"<EMAIL_1>")


def test_a_word_has_no_brackets():
    assert Leaves(b'{"name":"Ann"}', RULES).written(("<PERSON_1>",)) == b'{"name":"PERSON_1"}'


def test_a_member_named_twice_is_read_twice():
    assert Leaves(b'{"a":"x","a":"y"}', RULES).texts == ("x", "y")


def test_texts_must_be_as_many():
    with pytest.raises(ValueError, match="1 texts for 2 places"):
        Leaves(b'["a","b"]', None).written(["a"])


def test_leaves_show_no_text():
    assert "Ann" not in repr(Leaves(b'["Ann"]', None))


def test_a_body_nested_a_thousand_times_is_read():
    assert Leaves(b"[" * 1000 + b'"x"' + b"]" * 1000, None).texts == ("x",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "id", "arguments", "é é"]), inner)
    ),
    max_leaves=12,
)


@given(JSON, st.booleans())
def test_writing_what_was_read_changes_nothing_and_other_texts_stay_valid_json(value, ascii_only):
    body = json.dumps(value, ensure_ascii=ascii_only).encode()
    leaves = Leaves(body, RULES)
    assert leaves.written(leaves.texts) == body
    again = Leaves(leaves.written(['<"\\\n>'] * len(leaves.texts)), RULES)
    assert set(again.texts) <= {'<"\\\n>', '"\\\n'}
