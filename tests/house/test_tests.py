"""Rule 6: tests mirror the code, state one fact each, and are exact."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from tests.house.exceptions import COVERED_ELSEWHERE, PAUSES, SKIPS
from tests.house.tree import ROOT, Function, Module, dotted, functions, listing, modules, scoped

# Built so that the words don't stand here.
SKIPPING = re.compile(
    "|".join(rf"\b{word}\b" for word in ("sk" + "ip", "sk" + "ipif", "xf" + "ail", "importor" + "sk" + "ip"))
)
SLEEPS = {"time.sleep", "asyncio.sleep", "anyio.sleep"}
CHECKS = re.compile(r"(^|\.|_)(raises|warns|fail|assert\w*|expect\w*|check\w*|verify\w*|\w+_(gone|closed))$")


def _test_files() -> list[Module]:
    return [module for module in modules("tests") if module.name.rsplit("/", 1)[-1].startswith("test_")]


def _tests() -> Iterator[tuple[Module, Function]]:
    for module in _test_files():
        for function in functions(module.tree):
            if function.name.startswith("test_"):
                yield module, function


def _mirror(name: str) -> str:
    folder, _, file = name.removeprefix("gateway/").rpartition("/")
    return "/".join(part for part in ("tests", folder, f"test_{file}") if part)


def _listed(name: str) -> bool:
    return any(name == key or (key.endswith("/") and name.startswith(key)) for key in COVERED_ELSEWHERE)


def test_every_module_has_its_tests_beside_it_in_the_mirror():
    found = [
        f"{module.name}: no {_mirror(module.name)}"
        for module in modules("gateway")
        if not module.name.endswith(("/__init__.py", "/__main__.py"))
        and not (ROOT / _mirror(module.name)).exists()
        and not _listed(module.name)
    ]
    assert not found, listing(found)


def test_what_is_covered_elsewhere_has_no_mirror_and_is_covered():
    """A folder ends in `/`. What covers it is a test file or folder, then the reason."""
    found = []
    for name, where in COVERED_ELSEWHERE.items():
        covered_by = where.partition(":")[0]
        if not (ROOT / name).exists() or (not name.endswith("/") and (ROOT / _mirror(name)).exists()):
            found.append(f"{name}: needs no entry")
        if covered_by.startswith("tests/") and not (ROOT / covered_by).exists():
            found.append(f"{name}: {covered_by} doesn't exist")
    assert not found, listing(found)


@cache
def _skips() -> dict[str, str]:
    found = {}
    for module in modules("tests"):
        for scope, node in scoped(module.tree):
            if isinstance(node, ast.Attribute) and SKIPPING.fullmatch(node.attr):
                key = f"{module.name}::{scope}"
                found[key] = module.at(node, f"a test that may not run; list '{key}' with its reason")
    return found


def test_no_test_is_left_out_without_a_reason():
    found = [where for key, where in _skips().items() if key not in SKIPS]
    assert not found, listing(found)


def test_every_listed_omission_is_still_there():
    assert not set(SKIPS) - set(_skips())


@cache
def _pauses() -> dict[str, str]:
    found = {}
    for module in _test_files():
        for scope, node in scoped(module.tree):
            if not isinstance(node, ast.Call) or dotted(node.func) not in SLEEPS:
                continue
            if not (node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0):
                key = f"{module.name}::{scope}"
                found[key] = module.at(node, f"sleeps; wait for an event, or list '{key}' with its reason")
    return found


def test_no_test_sleeps():
    """What a test waits for is an event; polling (with a deadline) stands once, in the helpers."""
    found = [where for key, where in _pauses().items() if key not in PAUSES]
    assert not found, listing(found)


def test_every_listed_pause_is_still_there():
    assert not set(PAUSES) - set(_pauses())


def test_every_test_states_its_fact():
    found = [
        module.at(function, f"{function.name}: three words or a docstring")
        for module, function in _tests()
        if len(function.name.removeprefix("test_").split("_")) < 3 and not ast.get_docstring(function)
    ]
    assert not found, listing(found)


def _can_fail(function: Function) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            if not (isinstance(node.test, ast.Constant) and node.test.value):
                return True
        elif isinstance(node, ast.Call) and CHECKS.search(dotted(node.func)):
            return True
    return False


def test_every_test_can_fail():
    found = [module.at(f, f"{f.name} asserts nothing") for module, f in _tests() if not _can_fail(f)]
    assert not found, listing(found)


def test_no_two_tests_of_a_file_share_a_name():
    """The second would replace the first, silently."""
    found = []
    for module in _test_files():
        names = [(scope, node.name) for scope, node in scoped(module.tree) if isinstance(node, Function)]
        found += [
            f"{module.name}: {name}"
            for scope, name in set(names)
            if name.startswith("test_") and names.count((scope, name)) > 1
        ]
    assert not found, listing(found)
