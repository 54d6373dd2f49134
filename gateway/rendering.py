"""What the gateway writes into a request before it goes to one candidate, and how large that makes it."""

from __future__ import annotations

from typing import Final

from gateway.call import Call, Candidate, Grant
from gateway.dialects.interface import Asked, Changes
from gateway.dialects.openai_servers import server_at
from gateway.errors import Uninspected

_WRITTEN_BYTES: Final = 256
"""Into a body of the caller's own API, besides the model: caps, `stream_options`, `store`."""


def changes_for(candidate: Candidate, grant: Grant) -> Changes:
    provider = candidate.target.provider
    server = server_at(provider.dialect, provider.base_url or "")
    return Changes(
        model=candidate.target.model,
        max_output_tokens=grant.max_output_tokens,
        cap_field=server.cap_field,
        ask_usage="stream_options" not in server.refused,
        may_store=grant.role.allows_privilege("store"),
        refused=server.refused,
    )


def asked_of(call: Call, candidate: Candidate) -> Asked:
    """What this candidate is asked. Uninspected: nothing may be sent to it."""
    assert call.asked is not None
    if candidate.cleared is None:
        if call.policy.privacy is not None:
            raise Uninspected(f"{candidate.target.name} was not inspected")
        return call.asked
    return candidate.cleared.asked or call.asked


def most_bytes(candidate: Candidate, asked: Asked, grant: Grant) -> int:
    """No body that this candidate is sent is larger. Of a form it says nothing."""
    translation = candidate.speech.translation
    if candidate.cleared is not None:
        asked = candidate.cleared.asked or asked
    if translation is None:
        return len(asked.raw) + 4 * len(candidate.target.model) + _WRITTEN_BYTES
    return len(translation.render(changes_for(candidate, grant)))
