"""Blocks for tests: a value in, the entry or what is said of it out."""

from __future__ import annotations

from typing import TypeVar

import pytest
from pydantic import BaseModel, ValidationError

Entry = TypeVar("Entry", bound=BaseModel)


def read(kind: type[Entry], /, **value: object) -> Entry:
    return kind.model_validate(value)


def refused(kind: type[BaseModel], /, **value: object) -> str:
    """The first complaint."""
    with pytest.raises(ValidationError) as caught:
        kind.model_validate(value)
    return caught.value.errors()[0]["msg"]
