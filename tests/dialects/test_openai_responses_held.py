"""References to what a provider keeps are found wherever they stand; what is sent whole passes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from gateway.dialects.interface import BadBody, NotOffered
from gateway.dialects.openai_responses_held import MOST_MARKS, refuse_kept_items, without_references

USER = {"role": "user", "content": "hi"}


def looked_at(*items: Any) -> Any:
    found = without_references(Raw(json.dumps(items).encode()), "input")
    refuse_kept_items(found)
    return found


@pytest.mark.parametrize(
    "item",
    [
        {"type": "item_reference", "id": "msg_1"},
        {"type": "Item_Reference", "id": "msg_1"},
        {"id": "msg_1"},
        {"id": "msg_1", "type": None},
        {"id": "msg_1", "role": "user"},
        {"id": "msg_1", "role": "", "content": "x"},
        {"role": "user", "content": [{"type": "input_file", "file_id": "file-1"}]},
        {"role": "user", "content": [{"type": "input_image", "file_id": "file-1"}]},
        {"role": "user", "content": [{"type": "input_file", "fileId": "file-1"}]},
        {"role": "user", "content": [{"type": "input_file", "FILE-ID": "file-1"}]},
        {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_file", "file_id": "f"}]},
        {"type": "computer_call_output", "call_id": "c", "output": {"file_id": "file-1"}},
        {"type": "code_interpreter_call", "id": "ci_1", "container_id": "cntr_1", "code": "1"},
        {"type": "shell_call", "environment": {"type": "container_reference", "container_id": "cntr_1"}},
        {"type": "additional_tools", "tools": [{"type": "file_search", "vector_store_ids": ["vs_1"]}]},
        {"type": "additional_tools", "tools": [{"type": "shell", "environment": {"file_ids": ["f"]}}]},
        {"type": "additional_tools", "tools": [{"environment": {"skills": [{"skill_id": "skill_1"}]}}]},
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "reasoning", "id": "rs_1", "summary": [{"text": "x"}], "encrypted_content": None},
        {"type": "image_generation_call", "id": "ig_1"},
        {"type": "image_generation_call", "id": "ig_1", "result": None},
        {"type": "file_search_call", "id": "fs_1", "queries": [], "results": None},
        {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True},
        {"type": "mcp_approval_response", "approval_request_id": ["mcpr_1"], "approve": True},
    ],
)
def test_an_item_that_the_provider_would_have_to_look_up_is_not_offered(item):
    with pytest.raises(NotOffered) as refused:
        looked_at(USER, item)
    assert refused.value.param == "input"


@pytest.mark.parametrize(
    "item",
    [
        USER,
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "x"}],
        },
        {"role": "user", "content": [{"type": "input_file", "file_id": None, "file_data": "data:,x"}]},
        {"role": "user", "content": [{"type": "input_image", "image_url": "data:,x", "file_id": ""}]},
        {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": '{"file_id":"x"}'},
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"},
        {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [],
            "content": [{"type": "reasoning_text", "text": "x"}],
        },
        {"type": "reasoning", "summary": []},
        {"type": "image_generation_call", "id": "ig_1", "result": "iVBOR"},
        {"type": "file_search_call", "id": "fs_1", "queries": [], "results": []},
        {"type": "compaction", "encrypted_content": "gAAA"},
        {
            "type": "additional_tools",
            "tools": [{"parameters": {"properties": {"file_id": {"type": "string"}}}}],
        },
        {"type": "unheard_of", "id": "x_1"},
    ],
)
def test_an_item_that_is_whole_passes(item):
    assert looked_at(item) == [item]


def test_an_approval_of_a_request_in_the_same_input_passes():
    request = {
        "type": "mcp_approval_request",
        "id": "mcpr_1",
        "name": "f",
        "arguments": "{}",
        "server_label": "x",
    }
    odd = {"type": "mcp_approval_request", "id": ["mcpr_2"]}
    answer = {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True}
    assert looked_at(odd, request, answer) == [odd, request, answer]


@pytest.mark.parametrize(
    "raw",
    [
        b'[{"type": "item_reference", "type": "message", "role": "user", "content": "x", "id": "msg_1"}]',
        b'[{"role": "user", "content": [{"file_id": "file-1", "file_id": null}]}]',
        b'[{"role": "user", "content": [{"file_id": "file-1", "file\\u005fid": null}]}]',
    ],
)
def test_a_member_named_twice_at_any_depth_is_refused(raw):
    with pytest.raises(BadBody) as refused:
        without_references(Raw(raw), "input")
    assert not isinstance(refused.value, NotOffered)


def test_an_escaped_name_is_the_name():
    with pytest.raises(NotOffered):
        without_references(Raw(b'[{"content": {"\\u0066ile_id": "file-1"}}]'), "input")


@pytest.mark.parametrize("item", [{"Type": "item", "id": "x"}, {"role": "user", "content": "x", "toolS": []}])
def test_a_member_that_a_careless_server_would_take_for_another_is_refused(item):
    with pytest.raises(BadBody):
        looked_at(item)


@pytest.mark.parametrize("item", ["msg_1", 5, None, ["msg_1"]])
def test_an_item_is_an_object(item):
    with pytest.raises(BadBody):
        looked_at(item)


def test_numbers_of_any_size_are_read():
    raw = b'[{"role": "user", "content": "x", "n": ' + b"9" * 10_000 + b', "f": 1e999999}]'
    [item] = without_references(Raw(raw), "input")
    assert (len(item["n"]), item["f"]) == (10_000, "1e999999")


def test_an_endless_nesting_is_refused():
    with pytest.raises(BadBody):
        without_references(Raw(b"[" * 100_000 + b"]" * 100_000), "input")


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "id", "role", "content", "tools", "approval_request_id", "result"])
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(st.lists(junk, max_size=3))
def test_any_input_passes_as_it_is_or_is_refused(items):
    try:
        refuse_kept_items(without_references(Raw(json.dumps(items).encode()), "input"))
    except BadBody as refused:
        assert refused.param == "input"


@pytest.mark.parametrize("part", [b"{}", b"[]", b"0", b'""', b'"\\\\"', b'{"a":0}'])
def test_an_input_of_too_many_parts_is_refused_before_any_is_made(part, monkeypatch):
    monkeypatch.setattr("gateway.dialects.openai_responses_held.json", None)
    with pytest.raises(BadBody, match="'input' has too many objects, lists and texts in it"):
        without_references(Raw(b"[" + (part + b",") * MOST_MARKS + part + b"]"), "input")


def test_a_long_text_of_code_is_one_part():
    message = {"role": "user", "content": '{"a": [1, 2], "b": "\\\\"}' * MOST_MARKS}
    assert looked_at(message) == [message]
