from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from gateway.policy.nodes import Node, Scalar, data, walk
from gateway.policy.nodes import Path as Steps
from gateway.policy.schema import main, policy_schema, render
from tests.policy.folder import tree
from tests.policy.whole import TEXT, as_json, at, faults_of

REPOSITORY = Path(__file__).parents[2]
VALIDATOR = Draft202012Validator(policy_schema())
SHIPPED = sorted((REPOSITORY / "policies").glob("*.yaml"))


def plain(node: Node) -> object:
    """As an editor's own YAML reader would give it to a validator."""

    def simple(value: object) -> object:
        match value:
            case dict():
                return {key: simple(member) for key, member in value.items()}
            case tuple():
                return [simple(member) for member in value]
            case Decimal():
                return float(value)
        return value

    return simple(data(node))


def errors(text: str) -> list[str]:
    return [error.json_path for error in VALIDATOR.iter_errors(plain(tree(text)))]


def test_the_schema_that_is_checked_in_is_current():
    assert (REPOSITORY / "docs/policy.schema.json").read_text(encoding="utf-8") == render()


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(policy_schema())
    assert policy_schema()["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_a_shipped_file_fits_the_schema(path: Path):
    assert errors(path.read_text(encoding="utf-8")) == []


def test_the_example_of_the_whole_language_fits_the_schema():
    assert errors(TEXT) == []


WHOLE = plain(tree(TEXT))
LEAVES = [path for path, node in walk(tree(TEXT)) if isinstance(node, Scalar)]
JUNK = [5, 1.5, True, "", "x", "*", "a b", "5 USD", "10%", "1m", [], {}, ["x"], {"x": 1}]


@settings(max_examples=40)
@given(st.sampled_from(LEAVES), st.sampled_from(JUNK))
def test_an_editor_complains_of_no_policy_that_the_loader_takes(path: Steps, junk: object):
    value = at(WHOLE, path, junk)
    assert VALIDATOR.is_valid(value) or faults_of(as_json(value))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_a_shipped_file_names_the_schema_in_its_first_line(path: Path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../docs/policy.schema.json"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("tems: {}", "$"),
        ("teams: {'a*': {}}", "$.teams"),
        ("teams: {a: {regions: eu}}", "$.teams.a.regions"),
        ("providers: {p: {dialect: cohere}}", "$.providers.p.dialect"),
        ("providers: {p: {dialect: openai, credentials: ['${A-B}']}}", "$.providers.p.credentials[0]"),
        ("providers: {p: {dialect: openai, base_url: '${GATEWAY_X}'}}", "$.providers.p.base_url"),
        ("providers: {p: {dialect: openai, timeouts: {total: 5}}}", "$.providers.p.timeouts.total"),
        ("providers: {p: {dialect: openai, timeouts: {total: 5 s}}}", "$.providers.p.timeouts.total"),
        ("models: {m: {targets: []}}", "$.models.m.targets"),
        ("models: {m: {targets: [{to: x}]}}", "$.models.m.targets[0].to"),
        ("models: {m: {targets: [{to: a/b, price: fre}]}}", "$.models.m.targets[0].price"),
        ("roles: {r: {apis: [chatt]}}", "$.roles.r.apis[0]"),
        ("audit: {fsync: on}", "$.audit.fsync"),
        ("keys: {k: {hash: x, roles: [r], expires: never}}", "$.keys.k.hash"),
        ("limits: [{name: a, requests: 60/min}]", "$.limits[0].requests"),
        ("limits: [{name: a b, concurrent: 1}]", "$.limits[0].name"),
        ("limits: [{name: a, concurrent: 1, per: [role]}]", "$.limits[0].per[0]"),
        ("limits: [{name: a, concurrent: 1, match: {team: 5}}]", "$.limits[0].match.team"),
        ("limits: [{name: a, concurrent: 1, match: {not: {not: {team: a}}}}]", "$.limits[0].match.not"),
        ("budgets: [{name: a, amount: 5, period: day}]", "$.budgets[0].amount"),
        ("budgets: [{name: a, amount: 5 EUR, period: day}]", "$.budgets[0].amount"),
        ("budgets: [{name: a, amount: 5 USD, period: day, on_exceeded: stop}]", "$.budgets[0].on_exceeded"),
        ("budgets: [{name: a, amount: 5 USD, period: day, alert_at: [50]}]", "$.budgets[0].alert_at[0]"),
        ("privacy: {profiles: {p: {entities: {emial: mask}}}}", "$.privacy.profiles.p.entities"),
        ("privacy: {profiles: {p: {entities: {EMAIL: hide}}}}", "$.privacy.profiles.p.entities.EMAIL"),
        ("guardrails: [{name: a, apply_to: both, kind: secrets, action: block}]", "$.guardrails[0].apply_to"),
        ("shadows: [{name: a, to: a/b, sample: 0.05}]", "$.shadows[0].sample"),
        ("shadows: [{name: a, to: a/b, sample: 5%, budget: 20 USD}]", "$.shadows[0].budget"),
        ("prompts: {p: {versions: {}}}", "$.prompts.p.versions"),
        ("chains: {c: {steps: [{name: a, prompt: 'a@b@c'}]}}", "$.chains.c.steps[0].prompt"),
        ("use_cases: {u: {kpis: [{metric: cost, target: 5}]}}", "$.use_cases.u.kpis[0].target"),
        ("audit: {retention: {entries: 400}}", "$.audit.retention.entries"),
        ("audit: {anchors: [{file: a, every: 1m}]}", "$.audit.anchors[0].file"),
        ("alerts: {webhooks: [{url: '${A-B}'}]}", "$.alerts.webhooks[0].url"),
        (f"keys: {{k: {{hash: 'sha256:{64 * '0'}', roles: [r], expires: 90d}}}}", "$.keys.k.expires"),
    ],
)
def test_an_editor_sees_the_same_mistake(text: str, path: str):
    assert set(errors(text)) == {path}


def test_every_key_is_described():
    def undescribed(node: object, name: str) -> list[str]:
        found = list[str]()
        if isinstance(node, dict):
            for key, member in node.get("properties", {}).items():
                found += [] if member.get("description") else [f"{name}.{key}"]
            for key, member in node.items():
                found += undescribed(member, key)
        return found

    assert undescribed(policy_schema(), "") == []


def test_null_is_no_value_of_a_key():
    assert '"null"' not in render()


def test_the_generator_writes_the_file_it_is_told_to(tmp_path: Path):
    assert main([str(tmp_path / "schema.json")]) == 0
    assert (tmp_path / "schema.json").read_text(encoding="utf-8") == render()
