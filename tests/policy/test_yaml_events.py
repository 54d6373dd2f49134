from __future__ import annotations

import pytest
import yaml

from gateway.policy.sources import Source
from gateway.policy.yaml_events import Reader, Unfit


def scalar(text: str) -> tuple[Reader, yaml.ScalarEvent]:
    events = [each for each in yaml.parse(text, Loader=yaml.SafeLoader) if isinstance(each, yaml.ScalarEvent)]
    return Reader(Source("f", text)), events[-1]


def test_a_place_counts_from_one_in_characters():
    reader, event = scalar("é:\n  é: x\n")
    assert str(reader.mark(event)) == "f:2:6"


@pytest.mark.parametrize(
    ("text", "value"), [("a: 1\n", 1), ("a: '1'\n", "1"), ('a: "no"\n', "no"), ("a: |\n  1\n", "1\n")]
)
def test_only_a_plain_scalar_is_resolved(text: str, value: object):
    reader, event = scalar(text)
    assert reader.scalar(event).value == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('a: "\\x1b"\n', r"an invisible character \(U\+001B\)"),
        ('a: "\\ud800"\n', r"an invisible character \(U\+D800\)"),
        ("a: b\u00a0c\n", r"an invisible character \(U\+00A0\) in this text"),
        ("a: b\n  c\n", "this text goes on over several lines"),
        ("a: >5 # x\n", 'quote this: ">5"'),
        ("a: |-\n", 'quote this: "[|]-"'),
        ("a: " + "1" * 50 + "\n", "a number of more than 40 digits"),
    ],
)
def test_what_no_policy_can_mean_is_unfit(text: str, message: str):
    reader, event = scalar(text)
    with pytest.raises(Unfit, match=message):
        reader.scalar(event)


def test_an_anchor_and_a_tag_are_extras():
    reader, event = scalar("a: &b !!str c\n")
    assert list(reader.extras(event)) == [
        "anchors are no part of the policy language: remove &b",
        "tags are no part of the policy language: remove !!str",
    ]


def test_a_scalar_with_nothing_special_has_no_extras():
    reader, event = scalar("a: b\n")
    assert not list(reader.extras(event))
