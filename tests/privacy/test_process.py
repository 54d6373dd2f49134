import os
import signal
import sys

import pytest

from gateway.privacy.faults import DetectorUnavailable
from gateway.privacy.process import Process
from gateway.privacy.profile import profile_of
from tests.privacy.recognizers.found import detector

ALL = profile_of()


async def test_it_reads_is_stopped_and_can_be_started_again():
    process = Process(1 << 30)
    for _ in range(2):
        await process.start(60)
        assert process.warm
        assert await process.read(["ann@example.org"], ALL, 60) == [
            list(detector().spans("ann@example.org", ALL))
        ]
        await process.stop()
        assert not process.warm


async def test_one_that_cannot_start_says_so():
    process = Process(memory_bytes=1 << 20)
    with pytest.raises(DetectorUnavailable) as fault:
        await process.start(60)
    assert fault.value.why == "died"
    await process.stop()


async def test_one_for_which_there_is_no_program_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    process = Process(1 << 30)
    with pytest.raises(DetectorUnavailable, match="can be started: No such file"):
        await process.start(60)
    await process.stop()


async def test_signals_to_a_whole_service_leave_it_to_the_gateway():
    process = Process(1 << 30)
    await process.start(60)
    for told in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(process.pid or 0, told)
    assert await process.read(["none"], ALL, 60) == [[]]
    await process.stop()


async def test_one_that_was_never_started_reads_nothing():
    with pytest.raises(DetectorUnavailable):
        await Process(1 << 30).read(["x"], ALL, 1)
