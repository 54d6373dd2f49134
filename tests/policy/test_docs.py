"""docs/policies.md can't rot: its examples are loaded, its lists are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.policy.handbook import Key, keys, render
from gateway.policy.later import LATER, is_later_dialect
from gateway.policy.models.apis import offered
from gateway.policy.models.document import PolicyDocument
from gateway.policy.shape import words_at
from tests.policy.folder import faults, loaded

PAGE = Path(__file__).parents[2] / "docs" / "policies.md"
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
VARIABLES = re.findall(r"\$\{(\w+)\}", "".join(EXAMPLES))
ENVIRONMENT = dict.fromkeys(VARIABLES, "x") | {"VLLM_URL": "http://127.0.0.1:8000/v1"}


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_every_example_is_a_policy(number: int, tmp_path: Path):
    assert loaded(tmp_path, EXAMPLES[number], **ENVIRONMENT).revision


OFFERS = re.findall(
    r"^\| `(\w+)`( with a dated `api_version`)? \| (.*?)\| (`[a-z_` ]+`|the same without `moderations`) \|$",
    PAGE.read_text(encoding="utf-8").partition("### What a provider offers")[2].partition("###")[0],
    re.MULTILINE,
)
ADDRESSES = {
    "`openai.com`": "https://api.openai.com/v1",
    "Azure's addresses": "https://n.openai.azure.com/openai/v1",
    "`anthropic.com`": "https://api.anthropic.com",
    "`googleapis.com`": "https://generativelanguage.googleapis.com",
    "anywhere else": "https://llm.example.com",
    "": "https://llm.example.com",
}


def test_every_dialect_says_what_its_providers_offer():
    spoken = {word for word in words_at(("providers", "p", "dialect")) if not is_later_dialect(word)}
    assert {dialect for dialect, *_ in OFFERS} == spoken


@pytest.mark.parametrize(("dialect", "dated", "at", "listed"), OFFERS)
def test_what_a_provider_offers_is_what_the_table_says(dialect: str, dated: str, at: str, listed: str):
    same = offered("openai", "https://api.openai.com/v1") - {"moderations"}
    said = set(re.findall(r"`(\w+)`", listed)) if listed.startswith("`") else same
    assert offered(dialect, ADDRESSES[at.strip()], "2024-10-21" if dated else None) == said


@pytest.mark.parametrize("key", list(PolicyDocument.model_fields))
def test_every_top_level_key_has_a_chapter_with_an_example(key: str):
    chapter = PAGE.read_text(encoding="utf-8").partition(f"\n## `{key}`\n")[2].partition("\n## ")[0]
    assert f"```yaml\n{key}:" in chapter or f"\n{key}:\n" in chapter


def test_what_is_written_from_the_models_is_current():
    page = PAGE.read_text(encoding="utf-8")
    assert render(page) == page


MARKED = re.findall(r"<!-- keys: ([^ ]+) -->", PAGE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("key", list(keys()), ids=lambda key: ".".join(key.path))
def test_every_key_is_in_a_table(key: Key):
    path = ".".join(key.path)
    assert len(key.path) == 1 or any(path.startswith(f"{marked}.") for marked in MARKED)


def test_every_part_that_is_not_in_force_is_listed():
    chapter = PAGE.read_text(encoding="utf-8").partition("## Not yet in force")[2].partition("\n## ")[0]
    assert [each.path for each in LATER if f"`{'.'.join(each.path)}`" not in chapter] == []


HINTS = {
    "roles: {r: {models: [*]}}": '"*"',
    "providers: {p: {base_url: ${Y}}}": '"${Y}"',
    "teams: {t: {cost_centre: a,b}}": '"a,b"',
    "teams: {t: {cost_centre:a}}": "cost_centre: a",
    "teams:\n  t:\n    cost_centre: >= 70%": '">= 70%"',
    "teams:\n  t:\n    cost_centre: @a": '"@a"',
    "teams:\n  t:\n    cost_centre: %a": '"%a"',
    "teams:\n  t:\n    cost_centre: `a": '"`a"',
    "teams: {t: {cost_centre: 4711}}": '"4711"',
    "audit: {fsync: yes}": "`true`",
    "teams:\n  t:\n    roles:": "[] an empty list",
    "teams:\n\tt: {}": "use spaces",
}


@pytest.mark.parametrize("text", HINTS)
def test_the_hint_of_each_error_says_what_the_table_says(text: str, tmp_path: Path):
    (line,) = faults(tmp_path, text + "\n")
    assert HINTS[text] in line
