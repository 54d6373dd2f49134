from __future__ import annotations

from pathlib import Path

from gateway.policy.nodes import Mapping
from gateway.policy.validate import validate
from tests.policy.folder import faults, tree


def test_what_is_valid_is_kept_beside_what_is_not():
    root = tree("roles: {good: {}, bad: {models: x}}\naudit: {fsync: 1}\nteams: {t: {}}\n")
    assert isinstance(root, Mapping)
    document, found = validate(root)
    assert len(found) == 2
    assert set(document.roles) == {"good"}
    assert set(document.teams) == {"t"}
    assert document.audit.fsync is False


def test_a_value_is_reported_where_it_stands_and_a_name_where_it_stands(tmp_path: Path):
    text = "roles:\n  r:\n    models: x\n    modles: y\n"
    assert [line.split(": ")[0] for line in faults(tmp_path, text)] == ["a.yaml:3:13", "a.yaml:4:5"]


def test_what_is_missing_is_reported_at_the_name_it_belongs_to(tmp_path: Path):
    assert faults(tmp_path, "models:\n  m: {retries: 1}\n") == [
        "a.yaml:2:3: `targets` is missing in models.m: a model needs it"
    ]


def test_what_was_reported_before_is_not_reported_again(tmp_path: Path):
    assert len(faults(tmp_path, "roles: {r: {models: &a [x, *b], apis:, max_output_tokens: }}\n")) == 4


def test_a_list_whose_items_are_at_fault_is_not_called_empty(tmp_path: Path):
    assert len(faults(tmp_path, "teams: {t: {regions: [true]}}\n")) == 1
