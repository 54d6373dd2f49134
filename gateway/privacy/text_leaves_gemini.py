"""What is structural in the bodies of Gemini's API. Each name may be written in camel or in snake case."""

from __future__ import annotations

import re
from typing import Final

from gateway.privacy.text_leaf_rules import Rule, Tree, joined, tree

_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])([A-Z])")


def _both(node: Tree) -> Tree:
    """With each name in both spellings."""
    members: dict[str, Tree | Rule] = {}
    for name, inner in node.members.items():
        below = _both(inner) if isinstance(inner, Tree) else inner
        members[name] = members[_CAPITAL.sub(lambda found: "_" + found[1].lower(), name)] = below
    return Tree(members, node.judged)


_PART: Final = tree(
    structural="thought videoMetadata mediaResolution inlineData.mimeType fileData functionCall.{id name} "
    "functionResponse.{id name} executableCode.language codeExecutionResult.outcome partMetadata",
    media="inlineData.data",
    kept="thoughtSignature",
)
_CONTENT: Final = joined(tree(structural="role"), parts=_PART)
_SETTINGS: Final = tree(
    structural="model toolConfig safetySettings cachedContent serviceTier taskType "
    "generationConfig.{responseMimeType responseModalities speechConfig thinkingConfig mediaResolution} "
    "tools.functionDeclarations.{name behavior}",
    schema="generationConfig.responseSchema generationConfig.{responseJsonSchema _responseJsonSchema} "
    "tools.functionDeclarations.{parameters parametersJsonSchema response responseJsonSchema}",
)

GENERATE: Final = _both(joined(_SETTINGS, contents=_CONTENT, systemInstruction=_CONTENT, content=_CONTENT))
"""`content` is that of an embedding."""
REQUESTS: Final = _both(
    joined(_SETTINGS, requests=GENERATE, generateContentRequest=GENERATE, contents=_CONTENT)
)
"""Several embeddings at once, and what counts the tokens of a whole request."""

ANY: Final = joined(
    GENERATE, requests=GENERATE, generateContentRequest=GENERATE, generate_content_request=GENERATE
)
"""Whichever of these it is."""

_CANDIDATE: Final = tree(
    structural="finishReason safetyRatings index tokenCount avgLogprobs", elsewhere="logprobsResult"
)

ANSWER: Final = _both(
    joined(
        tree(structural="usageMetadata modelVersion responseId createTime promptFeedback"),
        candidates=joined(_CANDIDATE, content=_CONTENT),
    )
)
