"""Why a text was not read, or can't be. None of these ever means that a text is clean."""

from __future__ import annotations

from typing import Literal

from gateway.errors import GatewayError

Why = Literal["too_long", "overloaded", "timed_out", "died", "out_of_memory", "failed", "closed"]


class NotRead(GatewayError):
    """A text that was not read: its call is refused, or recorded as not read. `why` is for records and metrics."""

    why: Why = "failed"


class TooLong(NotRead):
    """A text longer than detection reads at all."""

    why: Why = "too_long"


class DetectorUnavailable(NotRead):
    """Detection is overloaded, took too long or broke down. The next call may fare better."""

    def __init__(self, why: Why, message: str) -> None:
        super().__init__(message)
        self.why = why


class NotCovered(GatewayError):
    """A profile asks for a kind of data that no recognizer finds: finding nothing would look like a clean text."""


class MissingModel(GatewayError):
    """A profile asks for a model that is not installed, or can't be used."""
