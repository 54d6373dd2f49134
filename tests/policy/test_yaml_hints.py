from __future__ import annotations

import pytest

from gateway.policy.sources import Source
from gateway.policy.yaml_nodes import parse


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [*]\n", '1:5: * has a meaning of its own in YAML; quote this: "*"'),
        ("a: *.x\n", '1:4: * has a meaning of its own in YAML; quote this: "*.x"'),
        ("a: &\n", '1:4: & has a meaning of its own in YAML; quote this: "&"'),
        ("a: !<\n", "1:4: ! has a meaning of its own in YAML: put a value that begins with it in quotes"),
        ("a: {x: ${Y}}\n", '1:8: a reference inside {} or [] must be in quotes; quote this: "${Y}"'),
        ("a: [h${Y}/v1, b]\n", '1:5: a reference inside {} or [] must be in quotes; quote this: "h${Y}/v1"'),
        (
            "a: {x: ${file:/k}}\n",
            '1:8: a reference inside {} or [] must be in quotes; quote this: "${file:/k}"',
        ),
        ("a: >= 70% # x\n", '1:4: > begins a block of text in YAML; quote this: ">= 70%"'),
        ("a: {b: >= 70%, c: d}\n", '1:8: a value can\'t begin with > in YAML; quote this: ">= 70%"'),
        ("a: @x\n", '1:4: a value can\'t begin with @ in YAML; quote this: "@x"'),
        ("a: `x\n", '1:4: a value can\'t begin with ` in YAML; quote this: "`x"'),
        ("a: %x\n", '1:4: a value can\'t begin with % in YAML; quote this: "%x"'),
        ("credentials: [@x]\n", "1:15: a value can't begin with @ in YAML; put it in quotes"),
        ("a:\n\tb: c\n", "2:1: a tab, which YAML does not allow here: use spaces"),
        ("a:\tb\n", "1:3: a tab, which YAML does not allow here: use spaces"),
        ("a: b: c\n", "1:5: a colon too many, or the wrong indentation: quote a value that holds `: `"),
        ("a:\n  b: 1\n c: 2\n", "3:2: this line is indented more or less than the lines it belongs to"),
        ("a: {b: c\n", "1:4: this { is not closed before the end of the file"),
        ("a: [\n", "2:1: the file ends inside [] or {}: close what was opened"),
        ('a: "b\n', "1:4: this quote is not closed before the end of the file"),
        ('a: "\\d"\n', "1:6: an unknown escape after \\: use 'single quotes', which have no escapes"),
        ("a: [b, c\nd: e\n", "2:2: expected a comma or ]: the list or map opened at line 1 goes on here"),
        ("a: b\nc\n", "3:1: expected `name: value`, found no colon on this line"),
        ("{a: b}}\n", "1:7: this belongs to nothing: an extra bracket, or text after the end (...)"),
        ("%x: 1\n", '1:1: a line can\'t begin with % in YAML; quote this: "%…" if it is a name'),
    ],
)
def test_a_complaint_of_yaml_says_where_and_what_to_do(text: str, said: str):
    node, found = parse(Source("f", text))
    assert node is None
    assert str(found[-1]) == f"f:{said}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: {m: a,b}\n", 'quote this: "a,b", or write [a, b]'),
        ("a: {m:a}\n", "expected a space after the colon: `m: a`"),
        ("a: {b}\n", "`b` has no value: write `b: value`"),
        (
            "a: {credentials: k1,k2}\n",
            "a comma ends a value between braces: quote the whole value of `credentials`",
        ),
        ("a: {m: [b], c}\n", "`c` has no value: write `c: value`"),
        ("a: {m: }\n", "nothing stands after `m:`; expected a value ({} is an empty map, [] an empty list)"),
    ],
)
def test_a_name_without_a_value_says_what_was_meant(text: str, said: str):
    _, (fault,) = parse(Source("f", text))
    assert fault.message.endswith(said)
