"""What is structural in the bodies of Anthropic's API: requests and answers."""

from __future__ import annotations

from typing import Final

from gateway.privacy.text_leaf_rules import Tree, joined, tree

_BLOCK: Final = tree(
    structural="type id tool_use_id cache_control name source.{type media_type file_id} citations.type caller "
    "file_id error_code is_error",
    media="source.data",
    signed="thinking",
    kept="signature data encrypted_content encrypted_index encrypted_stdout citations.{encrypted_index file_id}",
)
"""`data` is what a redacted block of thinking has; that of an image or a document stands in its `source`."""

_INNER: Final = joined(_BLOCK, content=_BLOCK)
_RESULT: Final = joined(_BLOCK, content=_INNER)
CONTENT: Final = joined(_BLOCK, content=_RESULT)
"""Results of tools hold blocks, and those of searches once more."""

_TOOL: Final = tree(
    structural="name type cache_control strict defer_loading allowed_callers max_uses user_location.type",
    schema="input_schema",
)

MESSAGES: Final = joined(
    tree(
        structural="model tool_choice thinking service_tier container betas context_management inference_geo speed "
        "output_config.{effort format.type} output_format.type mcp_servers.{type name tool_configuration}",
        schema="output_config.format.schema output_format.schema",
        kept="mcp_servers.{url authorization_token}",
    ),
    system=CONTENT,
    messages=joined(tree(structural="role"), content=CONTENT),
    tools=_TOOL,
)
COUNT_TOKENS: Final = MESSAGES

ANSWER: Final = joined(
    tree(structural="id type role model stop_reason usage container context_management"), content=CONTENT
)


def request(params: Tree = MESSAGES) -> Tree:
    """A request of a message batch."""
    return joined(tree(structural="custom_id"), params=params)


BATCH: Final = Tree({"requests": request()})
