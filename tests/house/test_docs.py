"""Docs that can't rot: what they name exists, what exists is named, and their code is code."""

from __future__ import annotations

import ast
import importlib
import os
import re
from pathlib import Path
from typing import Protocol

import pytest
import typer.main

from gateway.settings import Settings
from tests.house.tree import ROOT, listing

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs/adr").glob("[0-9]*.md"))
HEADINGS = ["Status", "Context", "Choice", "Rejected", "How we would notice that it was wrong"]
BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_python_in_the_docs_compiles(page: Path):
    found = []
    for language, code in BLOCK.findall(page.read_text(encoding="utf-8")):
        try:
            if language in {"python", "py"}:
                compile(code, _name(page), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except SyntaxError as error:
            found.append(f"{_name(page)}: {error}: {error.text}")
    assert not found, listing(found)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_between_pages_lead_somewhere(page: Path):
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    links = [link.partition("#")[0] for link in LINK.findall(text) if not re.match(r"\w+:|#", link)]
    found = [link for link in links if not (page.parent / link).exists()]
    assert not found, listing(found)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_script_that_the_docs_name_can_be_run(page: Path):
    named = set(re.findall(r"\bscripts/([a-z]+)\b", page.read_text(encoding="utf-8")))
    found = [name for name in named if not os.access(ROOT / "scripts" / name, os.X_OK)]
    assert not found, listing(found)


def test_the_readme_gives_the_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"^scripts/serve\b", text, re.MULTILINE)
    assert re.search(r"^scripts/test\b", text, re.MULTILINE)


def _manual() -> str:
    """What users read, with `gateway keys create|list` written out."""
    pages = [
        page
        for page in PAGES
        if page.name not in {"CHANGELOG.md", "CONTRIBUTING.md"} and "adr" not in page.parts
    ]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    for group, verbs in re.findall(r"(gateway (?:[\w-]+ )?)([\w-]+(?:\\?\|[\w-]+)+)", text):
        text += "".join(f"\n{group}{verb}" for verb in re.split(r"\\?\|", verbs))
    return text


class _Command(Protocol):
    hidden: bool


def _commands(command: _Command, path: str) -> list[str]:
    children: dict[str, _Command] | None = getattr(command, "commands", None)
    if children is None:
        return [] if command.hidden else [path]
    return [leaf for name, child in children.items() for leaf in _commands(child, f"{path} {name}")]


def test_every_command_is_documented():
    text = _manual()
    found = [
        path
        for path in _commands(
            typer.main.get_command(importlib.import_module("gateway.cli").build()), "gateway"
        )
        if path not in text
    ]
    assert not found, listing(found)


def test_every_setting_is_documented():
    text = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    found = [
        f"GATEWAY_{name.upper()}" for name in Settings.model_fields if f"`GATEWAY_{name.upper()}`" not in text
    ]
    assert not found, listing(found)


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.name)
def test_a_decision_has_every_heading(decision: Path):
    text = decision.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    assert re.match(rf"# {decision.name[:4]} \S", text)


def test_decisions_are_numbered_once():
    numbers = [decision.name[:4] for decision in DECISIONS]
    assert len(numbers) == len(set(numbers))


def test_the_changelog_has_a_place_for_what_is_not_released():
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
