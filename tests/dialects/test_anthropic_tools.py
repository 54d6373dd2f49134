"""Who runs which tool."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.dialects.anthropic_messages import parse
from gateway.dialects.interface import Asked, BadBody


def asked(**fields: Any) -> Asked:
    return parse(json.dumps({"model": "m", "messages": [], **fields}).encode())


@pytest.mark.parametrize(
    ("tool", "name"),
    [
        ({"name": "weather", "input_schema": {}}, "weather"),
        ({"type": None, "name": "weather"}, "weather"),
        ({"type": "custom", "name": "weather"}, "weather"),
        ({"type": "bash_20250124", "name": "bash"}, "bash"),
        (
            {"type": "text_editor_20250728", "name": "str_replace_based_edit_tool"},
            "str_replace_based_edit_tool",
        ),
        ({"type": "computer_20251124", "name": "computer"}, "computer"),
        ({"type": "computer_toolset_20260801"}, "computer_toolset_20260801"),
        ({"type": "memory_20250818", "name": "memory"}, "memory"),
        ({"input_schema": {}}, ""),
    ],
)
def test_what_the_caller_runs_is_a_function(tool, name):
    found = asked(tools=[tool])
    assert (found.functions, found.hosted_tools) == ((name,), ())


@pytest.mark.parametrize(
    "kind",
    [
        "web_search_20260209",
        "web_fetch_20250910",
        "code_execution_20260120",
        "tool_search_tool_regex_20251119",
        "advisor_20260301",
        "browser_toolset_20260801",
        "not_known_yet",
        "Custom",
    ],
)
def test_every_other_type_is_hosted(kind):
    found = asked(tools=[{"type": kind, "name": "x"}])
    assert (found.functions, found.hosted_tools) == ((), (kind,))


@pytest.mark.parametrize(
    ("container", "hosted"),
    [
        (None, ()),
        ("container_1", ("container",)),
        ({"id": None}, ("container",)),
        ({"skills": [{"type": "anthropic", "skill_id": "pptx"}]}, ("container", "skills")),
    ],
)
def test_containers_and_skills_are_hosted(container, hosted):
    assert asked(container=container).hosted_tools == hosted


def test_an_mcp_server_is_judged_by_its_url():
    servers = [
        {"type": "url", "name": "docs", "url": "https://mcp.example/sse"},
        {"type": "url", "name": "bare"},
        {},
    ]
    assert asked(mcp_servers=servers).mcp_servers == ("https://mcp.example/sse", "bare", "unknown")


def test_a_toolset_of_a_declared_server_adds_nothing():
    servers = [{"type": "url", "name": "docs", "url": "https://mcp.example/sse"}]
    found = asked(mcp_servers=servers, tools=[{"type": "mcp_toolset", "mcp_server_name": "docs"}])
    assert (found.mcp_servers, found.hosted_tools) == (("https://mcp.example/sse",), ())


def test_a_toolset_of_an_undeclared_server_is_judged_by_its_name():
    assert asked(tools=[{"type": "mcp_toolset", "mcp_server_name": "ghost"}]).mcp_servers == ("ghost",)


@pytest.mark.parametrize(
    "tools", ["x", {}, [1], [[]], [{"type": 5}], [{"name": {}}], [{"Type": "web_search_1"}]]
)
def test_tools_of_a_wrong_shape_are_refused(tools):
    with pytest.raises(BadBody):
        asked(tools=tools)


@pytest.mark.parametrize("servers", ["x", {}, [1], [{"url": 5}], [{"URL": "https://a", "url": "https://b"}]])
def test_servers_of_a_wrong_shape_are_refused(servers):
    with pytest.raises(BadBody):
        asked(mcp_servers=servers)


def test_a_tool_can_not_have_two_types():
    with pytest.raises(BadBody, match="twice"):
        parse(
            b'{"model":"m","messages":[],"tools":[{"type":"web_search_20250305","type":"custom","name":"x"}]}'
        )


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"tools": [{}] * 4097}, "'tools' has more than 4096 items"),
        ({"mcp_servers": [{}] * 1025}, "'mcp_servers' has more than 1024 items"),
        ({"tools": [{f"x{n}": 0 for n in range(33)}]}, "'tools' has more than 32 members"),
        ({"mcp_servers": [{f"x{n}": 0 for n in range(33)}]}, "'mcp_servers' has more than 32 members"),
        ({"container": {"skills": ["x" * 2**16]}}, "'container' is longer than 65536 bytes"),
        ({"metadata": {"x": "x" * 2**16}}, "'metadata' is longer than 65536 bytes"),
    ],
)
def test_what_is_looked_at_item_by_item_is_bounded(fields, why):
    with pytest.raises(BadBody, match=why):
        asked(**fields)
