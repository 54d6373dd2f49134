from __future__ import annotations

from pathlib import Path

from gateway.policy.merge import merge
from gateway.policy.nodes import data
from tests.policy.folder import faults, loaded, tree


def test_maps_unite_over_files(tmp_path: Path):
    policy = loaded(tmp_path, {"a.yaml": "teams: {a: {}}\n", "b.yaml": "teams: {b: {}}\n"})
    assert set(policy.teams) == {"a", "b"}


def test_a_section_unites_key_by_key(tmp_path: Path):
    audit = loaded(
        tmp_path, {"a.yaml": "audit: {fsync: true}\n", "b.yaml": "audit: {durability: batched}\n"}
    ).audit
    assert (audit.fsync, audit.durability) == (True, "batched")


def test_the_same_name_twice_names_both_places(tmp_path: Path):
    files = {"a.yaml": "teams:\n  t: {}\n", "b.yaml": "# more\nteams: {t: {regions: [eu]}}\n"}
    assert faults(tmp_path, files) == [
        "b.yaml:2:9: `t` is declared twice: first at a.yaml:2:3, keep one of them"
    ]


def test_a_scalar_twice_is_an_error(tmp_path: Path):
    assert faults(tmp_path, {"a.yaml": "gateway: 1\n", "b.yaml": "gateway: 1\n"}) == [
        "b.yaml:1:1: `gateway` is declared twice: first at a.yaml:1:1, keep one of them"
    ]


def test_lists_join_in_order():
    merged, found = merge([tree("rules: [a]\n"), tree("rules: [b, c]\n")])
    assert not found
    assert data(merged) == {"rules": ("a", "b", "c")}


def test_a_list_and_a_map_do_not_unite(tmp_path: Path):
    lines = faults(tmp_path, {"a.yaml": "teams: {}\n", "b.yaml": "teams: []\n"})
    assert lines == ["b.yaml:1:1: `teams` is a list here and a map at a.yaml:1:1"]


def test_a_file_that_is_no_map_is_an_error(tmp_path: Path):
    assert faults(tmp_path, {"a.yaml": "- teams\n", "b.yaml": "teams\n"}) == [
        "a.yaml:1:1: expected a map such as `models: …`, found a list",
        "b.yaml:1:1: expected a map such as `models: …`, found text",
    ]


def test_merging_leaves_the_trees_of_the_files_alone():
    one, other = tree("teams: {a: {}}\n"), tree("teams: {b: {}}\n")
    merge([one, other])
    assert data(one) == {"teams": {"a": {}}}
