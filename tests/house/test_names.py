"""Rule 7: a name says what a thing is; stages are the verbs of the order of a request."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house.tree import Module, functions, listing, modules

# The order of a request (design: change it only with an ADR).
STAGES = "authenticate throttle prompt authorize own assign plan unpack guard inspect cache reserve attempt keep vet restore meter record shadow".split()
EMPTY_CLASS_NAMES = re.compile(r"(Manager|Helper|Utils?|Utilities|Service|Handler|Impl|Base)$")
EMPTY_MODULE_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "base",
    "core",
    "manager",
    "types",
}


def _stages() -> list[Module]:
    return [module for module in modules("gateway/stages") if not module.name.endswith("__init__.py")]


def test_every_stage_is_a_verb_of_the_order():
    found = [
        module.name for module in _stages() if module.name.split("/")[2].removesuffix(".py") not in STAGES
    ]
    assert not found, listing(found)


@pytest.mark.parametrize("stage", _stages(), ids=lambda module: module.name.rsplit("/")[-1])
def test_a_stage_says_what_it_decides(stage: Module):
    assert ast.get_docstring(stage.tree), f"{stage.name} has no docstring"


@pytest.mark.parametrize("stage", _stages(), ids=lambda module: module.name.rsplit("/")[-1])
def test_what_a_stage_decides_is_pure(stage: Module):
    """`decide` waits for nothing: what needs waiting stands in `enter`."""
    waiting = [
        f.name for f in functions(stage.tree) if f.name == "decide" and isinstance(f, ast.AsyncFunctionDef)
    ]
    assert not waiting


def test_no_class_has_an_empty_name():
    found = [
        module.at(node, f"class {node.name}: say what it is")
        for module in modules("gateway")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef) and EMPTY_CLASS_NAMES.search(node.name)
    ]
    assert not found, listing(found)


def test_no_module_has_an_empty_name():
    found = [
        module.name
        for module in modules("gateway")
        if {part.removesuffix(".py") for part in module.name.split("/")} & EMPTY_MODULE_NAMES
    ]
    assert not found, listing(found)


def test_every_module_says_what_it_is_for():
    found = [
        module.name
        for module in modules("gateway")
        if module.tree.body and not ast.get_docstring(module.tree)
    ]
    assert not found, listing(found)


def test_every_module_has_modern_annotations():
    """Annotations are never evaluated at import: it costs nothing to name a type."""
    wanted = "from __future__ import annotations"
    found = [m.name for m in modules("gateway") if any(functions(m.tree)) and wanted not in m.text]
    assert not found, listing(found)
