"""What is wrong with a policy folder, and where.

A fault is one sentence at one place. All faults that can be found in one reading are reported
together, in the order in which a person would meet them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.errors import GatewayError


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a policy file; line and column count from 1, columns in characters."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One error. `file` is written as the user wrote the folder."""

    file: str
    line: int
    column: int
    message: str

    @classmethod
    def at(cls, mark: Mark, message: str) -> Fault:
        return cls(mark.file, mark.line, mark.column, message)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class PolicyInvalid(GatewayError):
    """A policy folder that can't be put in force. Holds every fault that was found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))
