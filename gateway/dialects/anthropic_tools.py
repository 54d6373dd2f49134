"""Which tools a messages request offers to the model, and who runs them.

Tools without a type, of type `custom`, and Anthropic's own client tools are run by the caller.
Every other type is run by the provider, or is not known: both need leave.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from msgspec import Raw

from gateway.dialects.body import Members, Names, anything, few_items, is_null, members, short, text
from gateway.dialects.body_size import MOST_ITEMS
from gateway.dialects.openai_request import MOST_OF_A_TOOL, MOST_SERVERS

_TOOL: Final = Names(
    ("type", "name", "mcp_server_name"),
    ("description", "input_schema", "cache_control", "strict", "max_uses"),
)
_SERVER: Final = Names(("type", "name", "url"), ("authorization_token", "tool_configuration"))

_RUN_BY_CALLER: Final = ("bash_", "text_editor_", "computer_", "memory_")


class Tools(NamedTuple):
    functions: tuple[str, ...]
    hosted: tuple[str, ...]
    mcp_servers: tuple[str, ...]


def read_tools(fields: Members) -> Tools:
    """BadBody for tools that are no list of objects. Containers and skills count as hosted tools."""
    functions: list[str] = []
    hosted = _of_container(fields.get("container"))
    servers: list[str] = []
    declared: set[str] = set()
    for raw in _listed(fields, "mcp_servers", MOST_SERVERS):
        server = members(bytes(raw), _SERVER, "mcp_servers", most=MOST_OF_A_TOOL)
        name = text(server, "name") or "unknown"
        declared.add(name)
        servers.append(text(server, "url", longest=8192) or name)
    for raw in _listed(fields, "tools"):
        tool = members(bytes(raw), _TOOL, "tools", most=MOST_OF_A_TOOL)
        kind = text(tool, "type")
        if kind is None or kind == "custom":
            functions.append(text(tool, "name") or "")
        elif kind == "mcp_toolset":
            name = text(tool, "mcp_server_name") or "unknown"
            if name not in declared:
                servers.append(name)
        elif kind.startswith(_RUN_BY_CALLER):
            functions.append(text(tool, "name") or kind)
        else:
            hosted.append(kind)
    return Tools(tuple(functions), tuple(hosted), tuple(servers))


def _listed(fields: Members, name: str, most: int = MOST_ITEMS) -> list[Raw]:
    raw = fields.get(name)
    return [] if raw is None else few_items(raw, name, most=most)


def _of_container(raw: Raw | None) -> list[str]:
    if is_null(raw):
        return []
    assert raw is not None
    container = anything(short(raw, "container"))
    with_skills = isinstance(container, dict) and bool(container.get("skills"))
    return ["container", "skills"] if with_skills else ["container"]
