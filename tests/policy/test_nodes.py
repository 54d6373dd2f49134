from __future__ import annotations

from gateway.policy.faults import Mark
from gateway.policy.nodes import Hole, Mapping, Scalar, data, find, walk
from tests.policy.folder import tree

ROOT = tree("a:\n  b: [x, {c: 1}]\n")


def test_data_is_maps_tuples_and_values():
    assert data(ROOT) == {"a": {"b": ("x", {"c": 1})}}


def test_a_hole_stays_what_it_is():
    hole = Hole(Mark("a.yaml", 1, 1))
    assert data(hole) is hole


def test_every_node_is_walked_with_its_path():
    assert [path for path, _ in walk(ROOT)] == [
        (),
        ("a",),
        ("a", "b"),
        ("a", "b", 0),
        ("a", "b", 1),
        ("a", "b", 1, "c"),
    ]


def test_a_value_is_found_with_the_place_of_its_name():
    node, key, path = find(ROOT, ("a", "b", 1, "c"))
    assert isinstance(node, Scalar)
    assert (node.mark.line, node.mark.column) == (2, 14)
    assert (key.line, key.column) == (2, 11)
    assert path == ("a", "b", 1, "c")


def test_steps_that_lead_nowhere_are_passed_over():
    node, _, path = find(ROOT, ("a", "tag", "b", 7))
    assert path == ("a", "b")
    assert not isinstance(node, Mapping)
