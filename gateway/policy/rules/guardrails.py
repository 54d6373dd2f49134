"""Guardrails: schemas that are schemas, topics that have words, languages that are told apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import jsonschema_rs

from gateway.policy.dangling import fault_at, unknown
from gateway.policy.faults import Fault
from gateway.policy.models.document import PolicyDocument
from gateway.policy.models.guardrails import SPOKEN, TOPICS, GuardrailEntry
from gateway.policy.nodes import Mapping, Path
from gateway.policy.suggest import did_you_mean

_LONGEST_REASON: Final = 200


def check_guardrails(document: PolicyDocument, root: Mapping) -> Iterator[Fault]:
    for index, entry in enumerate(document.guardrails):
        path: Path = ("guardrails", index)
        yield from _topics(path, entry, root)
        for at, language in enumerate(entry.languages or ()):
            if language not in SPOKEN:
                message = (
                    f"the language `{language}` can't be told from others{did_you_mean(language, SPOKEN)}"
                )
                yield fault_at(root, (*path, "languages", at), message)
        if entry.schema_ is not None:
            yield from _schema((*path, "schema"), entry.schema_, root)


def _topics(path: Path, entry: GuardrailEntry, root: Mapping) -> Iterator[Fault]:
    known = {*TOPICS, *(entry.vocabulary or ())}
    for key, names in (("topics", entry.topics), ("deny_topics", entry.deny_topics)):
        for at, name in enumerate(names or ()):
            if name not in known:
                rule = "; for a topic of your own, list its words under `vocabulary`"
                yield fault_at(root, (*path, key, at), unknown(name, "topic", known, rule))


def validator(schema: dict[str, Any]) -> jsonschema_rs.Validator:
    """Patterns in it take linear time; nothing that it refers to is fetched. Raises jsonschema_rs.ValidationError."""
    return jsonschema_rs.validator_for(
        schema, pattern_options=jsonschema_rs.RegexOptions(), retriever=_nothing_is_fetched
    )


def _nothing_is_fetched(uri: str) -> Any:
    raise ValueError("only what stands in the schema itself can be referred to")


def _schema(path: Path, schema: dict[str, Any], root: Mapping) -> Iterator[Fault]:
    try:
        validator(schema)
    except jsonschema_rs.ValidationError as wrong:
        reason = wrong.message[:_LONGEST_REASON]
        inside = tuple(wrong.instance_path)
        yield fault_at(root, (*path, *inside), f"expected a JSON Schema: {reason}")
