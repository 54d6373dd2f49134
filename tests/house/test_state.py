"""Rule 4: nothing is kept, started or read behind a module's back."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from tests.house.exceptions import CATCH_ALLS, LATE_IMPORTS, TASK_OWNERS
from tests.house.tree import Module, dotted, listing, modules, scoped

MUTABLE_CALLS = re.compile(
    r"(^|\.)(list|dict|set|bytearray|defaultdict|deque|Counter|OrderedDict|count|cycle|Lock|RLock|Event|Condition"
    r"|Semaphore|Queue|SimpleQueue|WeakValueDictionary|WeakSet)$"
)
MUTABLE_DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
READ_ONLY = re.compile(r"\b(Final|Mapping|Sequence|Collection|TypeAlias)\b")
DECLARATIONS = {"Index"}  # of a table: SQLAlchemy's form of declaring it
BROAD = {"Exception", "BaseException"}


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        if isinstance(statement, ast.If):
            yield from _top_level([*statement.body, *statement.orelse])
        elif isinstance(statement, ast.Try):
            handlers = [line for handler in statement.handlers for line in handler.body]
            yield from _top_level([*statement.body, *handlers, *statement.orelse, *statement.finalbody])


def _is_mutable(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        return bool(MUTABLE_CALLS.search(dotted(value.func)))
    return isinstance(value, MUTABLE_DISPLAYS)


def _is_constant(statement: ast.Assign | ast.AnnAssign) -> bool:
    """Says itself that nobody changes it: a read-only annotation, or `__all__`."""
    if isinstance(statement, ast.AnnAssign):
        return bool(READ_ONLY.search(ast.unparse(statement.annotation)))
    return [dotted(target) for target in statement.targets] == ["__all__"]


def _kept(module: Module) -> Iterator[str]:
    for statement in _top_level(module.tree.body):
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or not _is_mutable(statement.value):
            continue
        if not _is_constant(statement):
            yield module.at(
                statement, "a mutable value in a module (a constant: Final[Mapping[...]], tuple, frozenset)"
            )


def _started(module: Module) -> Iterator[str]:
    for statement in _top_level(module.tree.body):
        if isinstance(statement, ast.For | ast.While | ast.With):
            yield module.at(statement, "work done at import")
        elif (
            isinstance(statement, ast.Expr)
            and isinstance(statement.value, ast.Call)
            and dotted(statement.value.func) not in DECLARATIONS
        ):
            yield module.at(statement, "a call made at import")


def _main_guard(module: Module) -> Module:
    body = [s for s in module.tree.body if not (isinstance(s, ast.If) and "__name__" in ast.unparse(s.test))]
    return Module(module.name, module.text, ast.Module(body, []))


def _unlisted(found: dict[str, str], listed: object) -> list[str]:
    """What was found and is not in a table of exceptions."""
    assert hasattr(listed, "__contains__")
    return [where for key, where in found.items() if key not in listed]


def test_no_module_keeps_mutable_state():
    found = [line for module in modules("gateway") for line in _kept(module)]
    assert not found, listing(found)


def test_no_memo_grows_without_bound():
    """`lru_cache(maxsize=N)` on a pure function is fine; `cache` keeps every argument it ever saw."""
    found = [
        module.at(node, f"{node.name}: an unbounded memo")
        for module in modules("gateway")
        for _, node in scoped(module.tree)
        if isinstance(node, ast.FunctionDef) and node.args.args
        for decorator in node.decorator_list
        if dotted(decorator) in {"cache", "functools.cache"} or "maxsize=None" in ast.unparse(decorator)
    ]
    assert not found, listing(found)


def test_importing_a_module_does_no_work():
    """A command line's registrations are its declaration, and so may stand in cli/. Alembic runs env.py."""
    found = [
        line
        for module in modules("gateway")
        if not module.name.startswith("gateway/cli/")
        and module.name not in {"gateway/__main__.py", "gateway/stores/migrations/env.py"}
        for line in _started(_main_guard(module))
    ]
    assert not found, listing(found)


def test_no_statement_is_global_or_reaches_into_a_module():
    found = [
        module.at(node, "global")
        for module in modules("gateway")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Global)
    ]
    assert not found, listing(found)


def test_only_settings_reads_the_environment():
    found = [
        module.at(node, "the environment is read by gateway/settings.py and handed on")
        for module in modules("gateway")
        if module.name != "gateway/settings.py"
        for node in ast.walk(module.tree)
        if (
            isinstance(node, ast.Attribute)
            and dotted(node) in {"os.environ", "os.environb", "os.getenv", "os.putenv"}
        )
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "os"
            and {a.name for a in node.names} & {"environ", "getenv"}
        )
    ]
    assert not found, listing(found)


def _group_names(module: Module) -> set[str]:
    names = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.AsyncWith):
            for item in node.items:
                if "TaskGroup" in ast.unparse(item.context_expr) and item.optional_vars is not None:
                    names.add(dotted(item.optional_vars))
        elif isinstance(node, ast.Assign) and "TaskGroup()" in ast.unparse(node.value):
            names.update(dotted(target) for target in node.targets)  # entered through an exit stack
        elif (
            isinstance(node, ast.arg)
            and node.annotation is not None
            and "TaskGroup" in ast.unparse(node.annotation)
        ):
            names.add(node.arg)
    return names


@cache
def _tasks() -> dict[str, str]:
    found = {}
    for module in modules("gateway"):
        groups = _group_names(module)
        for scope, node in scoped(module.tree):
            if not isinstance(node, ast.Call):
                continue
            owner, _, call = dotted(node.func).rpartition(".")
            if call in {"create_task", "ensure_future"} and owner not in groups:
                key = f"{module.name}::{scope}"
                found[key] = module.at(node, f"a task without a named owner; list '{key}' or use a TaskGroup")
    return found


def test_every_task_has_a_named_owner():
    found = _unlisted(_tasks(), TASK_OWNERS)
    assert not found, listing(found)


def test_every_listed_task_owner_still_starts_a_task():
    assert not set(TASK_OWNERS) - set(_tasks())


def _catches_all(node: ast.AST) -> bool:
    if isinstance(node, ast.ExceptHandler):
        last = node.body[-1]
        if isinstance(last, ast.Raise) and last.exc is None:
            return False  # cleans up and lets it go on
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        return any(kind is None or dotted(kind) in BROAD for kind in caught)
    return (
        isinstance(node, ast.Call)
        and dotted(node.func).endswith("suppress")
        and any(dotted(argument) in BROAD for argument in node.args)
    )


@cache
def _catch_alls() -> dict[str, str]:
    found = {}
    for module in modules("gateway"):
        for scope, node in scoped(module.tree):
            if isinstance(node, ast.ExceptHandler | ast.Call) and _catches_all(node):
                key = f"{module.name}::{scope}"
                found[key] = module.at(
                    node, f"catches everything; name the errors, or list '{key}' with its reason"
                )
    return found


def test_nothing_catches_everything_without_a_reason():
    found = _unlisted(_catch_alls(), CATCH_ALLS)
    assert not found, listing(found)


def test_every_listed_catch_all_is_still_there():
    assert not set(CATCH_ALLS) - set(_catch_alls())


@cache
def _late_imports() -> dict[str, str]:
    found = {}
    for module in modules("gateway"):
        for scope, node in scoped(module.tree):
            if scope and isinstance(node, ast.Import | ast.ImportFrom):
                key = f"{module.name}::{scope}"
                found[key] = module.at(
                    node, f"an import inside a function; move it up, or list '{key}' with its reason"
                )
    return found


def test_imports_stand_at_the_top():
    found = _unlisted(_late_imports(), LATE_IMPORTS)
    assert not found, listing(found)


def test_every_listed_late_import_is_still_there():
    assert not set(LATE_IMPORTS) - set(_late_imports())
