"""The example of the whole language, and what is said of it when one thing in it is another."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any, Final

from gateway.policy.faults import PolicyInvalid
from gateway.policy.load import load_policy
from gateway.policy.nodes import Path as Steps
from gateway.policy.snapshot import Policy

TEXT: Final = (Path(__file__).parent / "whole.yaml").read_text(encoding="utf-8")
ENVIRONMENT: Final = {
    "OPENAI_API_KEY": "sk-openai",
    "ANTHROPIC_API_KEY": "sk-anthropic",
    "VLLM_URL": "http://vllm.internal:8000/v1",
    "ALERT_WEBHOOK": "https://alerts.example.com/gateway",
    "ALERT_SECRET": "signed",
}


def load(folder: Path, text: str = TEXT) -> Policy:
    (folder / "whole.yaml").write_text(text, encoding="utf-8")
    return load_policy(folder, environment=ENVIRONMENT)


def changed(*changes: tuple[str, str]) -> str:
    """The example with each `old` (there exactly once) as `new`."""
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, f"{text.count(old)} × {old!r}"
        text = text.replace(old, new)
    return text


def said(folder: Path, *changes: tuple[str, str]) -> list[str]:
    """`WHERE: message` of each fault, where WHERE is what stands at its place to the end of its line; nothing
    if there is none."""
    text = changed(*changes)
    try:
        load(folder, text)
    except PolicyInvalid as invalid:
        lines = text.splitlines()
        return [f"{lines[fault.line - 1][fault.column - 1 :]}: {fault.message}" for fault in invalid.faults]
    return []


def one(folder: Path, *changes: tuple[str, str]) -> str:
    (line,) = said(folder, *changes)
    return line


def as_json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False)


def at(value: Any, path: Steps, new: object) -> Any:
    """A copy with another value at a path."""
    if not path:
        return new
    step, *rest = path
    if isinstance(step, int):
        items = list(value)
        items[step : step + 1] = [at(items[step] if step < len(items) else {}, tuple(rest), new)]
        return items
    return {**value, step: at(value.get(step, {}), tuple(rest), new)}


def faults_of(text: str) -> list[tuple[int, int, str]]:
    """Line, column and message of each."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            load(Path(folder), text)
        except PolicyInvalid as invalid:
            return [(fault.line, fault.column, fault.message) for fault in invalid.faults]
    return []
