"""What is structural in the bodies of the OpenAI family: requests, answers and events."""

from __future__ import annotations

from typing import Final

from gateway.privacy.text_leaf_rules import Rule, Tree, joined, tree

_SETTINGS: Final = (
    "model service_tier modalities reasoning_effort verbosity logit_bias stream_options prompt_cache_retention "
    "prompt_cache_options tool_choice function_call encoding_format truncation include usage object status "
    "system_fingerprint"
)

_CONTENT: Final = tree(
    structural="type cache_control detail file_id image_url.detail file.file_id input_audio.format logprobs "
    "annotations.{type file_id container_id start_index end_index}",
    media="input_audio.data file.file_data file_data",
    data_url="image_url.url",
)
_INPUT: Final = joined(_CONTENT, image_url=Rule.DATA_URL)
"""Of Responses, where the image is no object."""

_MESSAGE: Final = tree(
    structural="role tool_call_id tool_calls.{id type index function.name custom.name} function_call.name audio.id "
    "annotations.{type url_citation.start_index url_citation.end_index} reasoning_details.{type id format index}",
    json="tool_calls.function.arguments function_call.arguments",
    kept="tool_calls.extra_content reasoning_details.{signature data} encrypted_content",
    media="audio.data",
    word="name",
)
_FUNCTION: Final = tree(structural="type name strict", schema="parameters schema", kept="format")
_TOOL: Final = tree(
    structural="type name strict server_label connector_id vector_store_ids container require_approval allowed_tools "
    "search_context_size user_location.type",
    schema="parameters",
    kept="format headers authorization server_url",
)
_TOOLS: Final = joined(_TOOL, function=_FUNCTION, custom=_FUNCTION)
_FORMAT: Final = tree(
    structural="type name strict json_schema.{name strict}", schema="schema json_schema.schema"
)

CHAT: Final = joined(
    tree(structural=f"{_SETTINGS} audio", kept="mcp_servers"),
    messages=joined(_MESSAGE, content=_CONTENT),
    prediction=joined(tree(structural="type"), content=_CONTENT),
    tools=_TOOLS,
    functions=_FUNCTION,
    response_format=_FORMAT,
)
COMPLETIONS: Final = CHAT
EMBEDDINGS: Final = tree(structural="model encoding_format object usage")
MODERATIONS: Final = joined(tree(structural="model"), input=_CONTENT)
MEDIA: Final = joined(
    tree(
        structural="model size quality response_format output_format background style voice stream stream_format "
        "moderation input_fidelity",
        media="b64_json data.b64_json",
    ),
    image=Rule.DATA_URL,
    images=tree(data_url="image_url", structural="file_id"),
)
"""Images and speech: requests and answers."""
KEPT: Final = tree(
    structural="model input_file_id endpoint completion_window output_expires_after training_file validation_file "
    "service_tier integrations.type method.type"
)
"""What makes batches and jobs."""

_ITEM: Final = joined(
    tree(
        structural="type role id call_id status name phase approval_request_id server_label annotations "
        "acknowledged_safety_checks.{id code} summary.type tools",
        json="arguments",
        kept="encrypted_content",
        media="result",
    ),
    content=_INPUT,
    output=_INPUT,
)
_RESPONSE: Final = tree(
    structural=f"{_SETTINGS} id previous_response_id conversation prompt.{{id version}} reasoning moderation "
    "text.{format.type format.name format.strict verbosity}",
    schema="text.format.schema",
)
RESPONSES: Final = joined(_RESPONSE, input=_ITEM, output=_ITEM, tools=_TOOLS)

CHAT_ANSWER: Final = joined(
    tree(structural="id object model system_fingerprint service_tier", elsewhere="usage"),
    choices=joined(
        tree(structural="finish_reason", elsewhere="logprobs"), message=joined(_MESSAGE, content=_CONTENT)
    ),
)
COMPLETIONS_ANSWER: Final = CHAT_ANSWER
RESPONSES_ANSWER: Final = RESPONSES
RESPONSES_ITEMS: Final = joined(tree(structural="object first_id last_id has_more"), data=_ITEM)
RESPONSES_EVENT: Final = joined(
    tree(
        structural="type item_id sequence_number",
        elsewhere="delta obfuscation logprobs",
        json="arguments",
        media="partial_image_b64",
    ),
    response=RESPONSES,
    item=_ITEM,
    part=_INPUT,
)


def line(body: Tree) -> Tree:
    """A line of a batch file, by the rules of what it asks for."""
    return joined(tree(structural="custom_id method url"), body=body)
