"""What can't be is one sentence and exit code 2."""

from __future__ import annotations

from gateway.cli.wrong_use import WrongUse
from gateway.errors import GatewayError
from tests.cli.conftest import Run


def test_wrong_use_is_an_error_of_ours_so_the_command_tells_it_in_one_line(gateway: Run):
    assert issubclass(WrongUse, GatewayError)
    done = gateway("keys", "create", "app", "--role", "caller", "--expires", "soon")
    assert (done.status, done.out) == (2, "")
    assert done.err == ("gateway: --expires soon: expected a number and a unit (24h, 90d, 12w), or never\n")
