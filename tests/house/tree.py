"""What the house tests look at: the tracked files, and the syntax trees of gateway/ and tests/."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file. `name` is its path from the root of the repository."""

    name: str
    text: str
    tree: ast.Module

    def at(self, node: ast.stmt | ast.expr | ast.ExceptHandler, what: str) -> str:
        return f"{self.name}:{node.lineno}: {what}"


@cache
def modules(folder: str) -> tuple[Module, ...]:
    """Every Python file under a folder."""
    found = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.append(Module(path.relative_to(ROOT).as_posix(), text, ast.parse(text)))
    return tuple(found)


@cache
def tracked() -> tuple[str, ...]:
    """The files that git keeps and that are still there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return tuple(name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function and method, nested ones too."""
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def scoped(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Every node with the dotted name of the class or function that it stands in ('' at the top)."""
    waiting: list[tuple[str, ast.AST]] = [("", tree)]
    while waiting:
        scope, node = waiting.pop()
        if node is not tree:
            yield scope, node
        if isinstance(node, Function | ast.ClassDef):
            scope = f"{scope}.{node.name}".lstrip(".")
        waiting += [(scope, child) for child in ast.iter_child_nodes(node)][::-1]


def dotted(node: ast.AST) -> str:
    """`a.b.c` of an attribute or name; '' for anything else in front."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return ""


def listing(found: list[str]) -> str:
    """An assertion's message: one finding a line."""
    return "\n  ".join(["", *found])
