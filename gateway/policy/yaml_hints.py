"""YAML's own complaints, in words that say what to do."""

from __future__ import annotations

import re

import yaml

from gateway.policy.faults import Fault
from gateway.policy.nodes import Entry, Scalar
from gateway.policy.sources import Source
from gateway.policy.suggest import as_list, quoted, shown

SECRET_KEYS = frozenset({"base_url", "credentials", "headers", "proxy", "hash", "url", "secret"})

_TOKEN = re.compile(r"[^\s,\[\]{}]*")
_REST = re.compile(r"[^\n\r]*?(?=\s*(?:\s#|[\n\r]|$))")
_REST_IN_FLOW = re.compile(r"[^\n\r,\[\]{}]*?(?=\s*(?:\s#|[\n\r,\[\]{}]|$))")
_WITH_REFERENCE = re.compile(r"[^\s,\[\]{}]*\$\{[^{}\n]*\}[^\s,\[\]{}]*")
_COMMON = (
    ("could not find expected ':'", "expected `name: value`, found no colon on this line"),
    (
        "mapping values are not allowed",
        "a colon too many, or the wrong indentation: quote a value that holds `: `",
    ),
    ("but found '<block mapping start>'", "this line is indented more or less than the lines it belongs to"),
    ("but found '<block sequence start>'", "this line is indented more or less than the lines it belongs to"),
    ("but found '-'", "this list is indented more or less than what it belongs to"),
    (
        "sequence entries are not allowed here",
        "a list can't begin on this line: put `- ` on a line of its own",
    ),
    ("but found '<scalar>'", "expected a colon, a comma or a new line before this value"),
    ("expected the node content", "expected a value, found punctuation: quote it if it is text"),
    (
        "found unknown escape character",
        "an unknown escape after \\: use 'single quotes', which have no escapes",
    ),
    ("expected '<document start>'", "this belongs to nothing: an extra bracket, or text after the end (...)"),
    ("found unexpected document separator", "a quoted text is not closed before ---"),
)


def explain(error: yaml.YAMLError, source: Source) -> Fault:
    """One syntax error as a fault."""
    problem_mark = (
        error.problem_mark or error.context_mark if isinstance(error, yaml.MarkedYAMLError) else None
    )
    if problem_mark is None:
        return Fault(source.name, 1, 1, "this is not YAML")
    assert isinstance(error, yaml.MarkedYAMLError)  # only these have marks
    mark, message = _explain(error, problem_mark, source.text)
    return Fault(source.name, mark.line + 1, mark.column + 1, message)


def _explain(error: yaml.MarkedYAMLError, mark: yaml.Mark, text: str) -> tuple[yaml.Mark, str]:
    context, problem = error.context or "", error.problem or ""
    opened = error.context_mark or mark
    char = text[mark.index : mark.index + 1]
    if char == "\t":
        return mark, "a tab, which YAML does not allow here: use spaces"
    if char == "{" and text[mark.index - 1 : mark.index] == "$":
        return _reference(mark, text)
    if "cannot start any token" in problem:
        return mark, f"a value can't begin with {char} in YAML; {_quoted_value(text, mark)}"
    message = _about_a_sign(context, problem, text, opened.index)
    if message is not None:
        return opened, message
    if "<stream end>" in problem or "unexpected end of stream" in problem:
        if "flow node" in context:
            return mark, "the file ends inside [] or {}: close what was opened"
        if "quoted" in context:
            return opened, "this quote is not closed before the end of the file"
        if "flow" in context:
            return opened, f"this {text[opened.index]} is not closed before the end of the file"
    if "flow" in context and "expected ','" in problem:
        closing = "]" if "sequence" in context else "}"
        return (
            mark,
            f"expected a comma or {closing}: the list or map opened at line {opened.line + 1} goes on here",
        )
    common = (message for said, message in _COMMON if said in problem)
    return mark, next(common, f"this is not YAML: {shown(problem or context)}")


def _about_a_sign(context: str, problem: str, text: str, at: int) -> str | None:
    """What begins with *, &, !, > or % and was meant as text, as it mostly is."""
    if "scanning an alias" in context or "scanning an anchor" in context:
        token = _TOKEN.match(text, at)
        return f"{text[at]} has a meaning of its own in YAML; {quoted(token[0] if token else text[at])}"
    if "a tag" in context or "a tag" in problem:
        return "! has a meaning of its own in YAML: put a value that begins with it in quotes"
    if "scanning a block scalar" in context:
        rest = _REST.match(text, at)
        return f"{text[at]} begins a block of text in YAML; {quoted(rest[0] if rest else text[at])}"
    if "directive" in context:
        return f"a line can't begin with % in YAML; {quoted('%…')} if it is a name"
    return None


def _quoted_value(text: str, mark: yaml.Mark) -> str:
    found = _REST_IN_FLOW.match(text, mark.index)
    line_start = max(text.rfind("\n", 0, mark.index), text.rfind("\r", 0, mark.index)) + 1
    if found is None or any(key in text[line_start : mark.index] for key in SECRET_KEYS):
        return "put it in quotes"
    return quoted(found[0])


def _reference(mark: yaml.Mark, text: str) -> tuple[yaml.Mark, str]:
    """`{x: ${Y}}`: between braces or brackets, the brace of a reference is taken for YAML's own."""
    start = mark.index - 1
    while start > 0 and text[start - 1] not in " \t\r\n,[]{}":
        start -= 1
    found = _WITH_REFERENCE.match(text, start)
    at = yaml.Mark(mark.name, start, mark.line, mark.column - (mark.index - start), None, 0)
    advice = quoted(found[0]) if found else "put it in quotes"
    return at, f"a reference inside {{}} or [] must be in quotes; {advice}"


def valueless(name: Scalar, before: tuple[str, Entry] | None, *, secret: bool) -> tuple[str, bool]:
    """A name without a value between braces: the message, and whether it belongs to what was before.

    `{m: a,b}` is m: a and a name b without a value; a,b was meant. `secret`: values here are not shown.
    """
    if ":" in name.text and before is None:
        key, _, value = name.text.partition(":")
        if secret or key in SECRET_KEYS:
            return f"expected a space after the colon that follows `{shown(key)}`", False
        return f"expected a space after the colon: `{shown(key)}: {shown(value)}`", False
    if before is not None and isinstance(before[1].value, Scalar):
        key, value = before[0], before[1].value.text
        if secret or key in SECRET_KEYS:
            return f"a comma ends a value between braces: quote the whole value of `{key}`", True
        return (
            f"`{shown(name.text)}` is read as a name without a value, because a comma ends the value of "
            f"`{shown(key)}`; {quoted(f'{value},{name.text}')}, or {as_list((value, name.text))}",
            True,
        )
    return f"`{shown(name.text)}` has no value: write `{shown(name.text)}: value`", False
