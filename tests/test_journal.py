"""The process's log: types and places, never contents."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from gateway.credentials import mint
from gateway.errors import Broken
from gateway.journal import LogJournal


def told(caplog: pytest.LogCaptureFixture, error: BaseException) -> str:
    with caplog.at_level(logging.ERROR, logger="gateway"):
        LogJournal().fault("settle", "call-1", error)
    return caplog.records[-1].getMessage()


def raised(fails) -> BaseException:
    try:
        fails()
    except Exception as error:
        return error
    raise AssertionError("it did not fail")


def test_a_fault_names_what_failed_its_type_and_the_call(caplog):
    message = told(caplog, Broken("the prompt was: my password is hunter2"))
    assert message == "settle failed: Broken at an unknown place (call call-1)"


def test_what_an_error_says_stays_out_of_the_log(caplog):
    def fails() -> None:
        raise ValueError("hunter2")

    told(caplog, raised(fails))
    assert "hunter2" not in caplog.text


def test_the_place_is_the_last_line_of_ours(caplog):
    message = told(caplog, raised(lambda: mint(b"short")))
    assert "credentials.py:" in message
    assert "/" not in message.partition(" at ")[2], "and no folder of this machine"


def test_a_folder_that_is_called_like_the_package_is_not_ours(caplog):
    """A checkout, or its virtual environment, may well lie in a folder named gateway."""
    code = compile("def fails():\n    raise ValueError\n", "/opt/gateway/lib/other.py", "exec")
    scope: dict[str, Any] = {}
    exec(code, scope)
    assert told(caplog, raised(scope["fails"])).endswith(" at other.py:2 (call call-1)")
