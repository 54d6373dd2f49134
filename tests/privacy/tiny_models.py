"""Models that are made here, and installed for the time of a test: they know the names that they were told."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import spacy
from spacy.pipeline import EntityRuler

CODE = """
from pathlib import Path
import spacy

def load(**overrides):
    return spacy.load(Path(__file__).parent / "model", **overrides)
"""
NETWORK = """
import socket

def refuse(*_, **__):
    raise SystemExit("the network was asked")

socket.getaddrinfo = socket.socket.connect = socket.create_connection = refuse
"""


def install(folder: Path, name: str, known: Iterable[tuple[str, str]]) -> None:
    """`known` are labels with what they stand on. `folder` is on the path."""
    pipeline = spacy.blank("en")
    ruler = pipeline.add_pipe("entity_ruler")
    assert isinstance(ruler, EntityRuler)
    ruler.add_patterns([{"label": label, "pattern": text} for label, text in known])
    (folder / name).mkdir()
    pipeline.to_disk(folder / name / "model")
    (folder / name / "__init__.py").write_text(CODE)


def cut_off(folder: Path) -> None:
    """Every Python that starts with this folder on its path ends where it asks the network."""
    (folder / "sitecustomize.py").write_text(NETWORK)
    assert str(folder) in sys.path
