"""The scripts that keep the ledger in Redis, as text, and the name of the key that they are given."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal


def source(name: Literal["ledger", "epoch"]) -> str:
    return files("gateway.ledger").joinpath(f"{name}.lua").read_text(encoding="utf-8")


def epoch_key(deployment: str) -> str:
    """All keys of a deployment have the same hash tag: in a Cluster one server has them all."""
    return f"{{{deployment}}}:epoch"
