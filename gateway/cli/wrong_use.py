"""The command was called with something that can't be: exit code 2."""

from __future__ import annotations

from gateway.errors import GatewayError


class WrongUse(GatewayError):
    """One sentence: what was given, what was expected."""
