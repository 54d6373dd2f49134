"""How a call ended, where that was not the answer's own end."""

from __future__ import annotations

from typing import Final

from gateway.call import Call, Ending
from gateway.errors import Kind, Problem, TimedOut, UpstreamFault
from gateway.wire import Exchange, current_task

WITHHELD: Final = Problem(
    Kind.UNAVAILABLE,
    "the audit log can't be written, so the answer is withheld",
    code="audit",
    should_retry=False,
)


def ending_of(fault: UpstreamFault, *, started: bool) -> Ending:
    """`started`: the caller has heard something of an answer."""
    if isinstance(fault, TimedOut):
        return "timeout"
    return "upstream_error_midstream" if started else "upstream_error"


def end_cancelled(call: Call, exchange: Exchange) -> None:
    """Who cancelled? The caller by leaving, or the process by stopping."""
    current_task().uncancel()
    if exchange.client_left:
        call.end("client_gone")
    else:
        stopping = "the gateway is shutting down; send the request again"
        call.end("shutdown", Problem(Kind.UNAVAILABLE, stopping, code="shutdown", should_retry=True))
