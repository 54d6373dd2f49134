"""Policy folders for tests: text in, a policy or the lines that `gateway check` would print out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.policy.credentials import Secrets
from gateway.policy.faults import PolicyInvalid
from gateway.policy.load import load_policy
from gateway.policy.nodes import Node
from gateway.policy.snapshot import Policy
from gateway.policy.sources import Source
from gateway.policy.yaml_nodes import parse

ECHO = "providers: {echo: {dialect: echo}}\nmodels: {echo: {targets: [{to: echo/echo}]}}\n"


def written(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(data)
    return folder


def loaded(folder: Path, files: Mapping[str, str | bytes] | str, **environment: str) -> Policy:
    named = {"a.yaml": files} if isinstance(files, str) else files
    return load_policy(written(folder, named), environment=environment)


def faults(
    folder: Path, files: Mapping[str, str | bytes] | str, *, secrets: Secrets = "read", **environment: str
) -> list[str]:
    """`FILE:LINE:COLUMN: message`, with FILE relative to the folder."""
    named = {"a.yaml": files} if isinstance(files, str | bytes) else files
    written(folder, named)
    with pytest.raises(PolicyInvalid) as caught:
        load_policy(folder, environment=environment, secrets=secrets)
    return [str(fault).replace(f"{folder}/", "") for fault in caught.value.faults]


def tree(text: str) -> Node:
    """The tree of a text without faults."""
    node, found = parse(Source("a.yaml", text))
    assert node is not None
    assert not found
    return node
