"""SIGHUP asks to read again, for as long as somebody listens."""

from __future__ import annotations

import asyncio
import os
import signal
import threading

from gateway.reload.hangup import on_hangup


async def test_each_hangup_is_heard_and_none_ends_the_process():
    heard = asyncio.Queue[None]()
    with on_hangup(asyncio.get_running_loop(), lambda: heard.put_nowait(None)):
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGHUP)
            await heard.get()
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_DFL


def test_a_loop_outside_the_main_thread_hears_none():
    entered = threading.Event()

    async def listen() -> None:
        with on_hangup(asyncio.get_running_loop(), lambda: None):
            entered.set()

    thread = threading.Thread(target=lambda: asyncio.run(listen()))
    thread.start()
    thread.join()
    assert entered.is_set()
