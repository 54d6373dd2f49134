"""What placeholders stand for in what a provider keeps: put into the vault when it is made, found when it is read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from gateway.call import Call
from gateway.dialects.kept import Made
from gateway.runtime import Runtime

_ANSWER: Final = "response"
_OF_REQUESTS: Final = frozenset({"file:batch", "message_batch"})
_BATCHES: Final = "batches."
"""How the deeds begin whose answers tell of batches, and of the files of their results."""


async def remember(call: Call, runtime: Runtime, made: Sequence[Made]) -> None:
    """For whoever goes on with this answer, or reads it again. Raises StoreUnavailable."""
    assert call.served is not None and call.caller is not None
    cleared = call.served.candidate.cleared
    for one in made:
        values: Mapping[str, str] | None = None
        if one.kind in _OF_REQUESTS:
            values = None if call.inside is None else call.inside.values
        elif one.kind == _ANSWER and cleared is not None and cleared.protection is not None:
            issued = {} if cleared.issued is None else cleared.issued.values()
            values = issued if cleared.protection.redacts else None
        if values is not None:
            await runtime.vault.keep(call.caller.tenant, one.id, values, (call.caller.user, call.end_user))


async def remember_results(call: Call, runtime: Runtime) -> None:
    """What stands in the files of a batch's results is what was in its input. Raises StoreUnavailable."""
    keeping, served = call.dialect.keeping, call.served
    if keeping is None or served is None or not served.body or not keeping.deed.startswith(_BATCHES):
        return
    assert call.caller is not None
    tenant, people = call.caller.tenant, (call.caller.user, call.end_user)
    for source, result in _results(served.body):
        if await runtime.vault.find(tenant, result) is None:
            values = await runtime.vault.find(tenant, source)
            if values is not None:
                await runtime.vault.keep(tenant, result, values, people)


def _results(body: bytes) -> Iterator[tuple[str, str]]:
    """Of each batch that an answer tells of, its input and each file of its results."""
    try:
        told: Any = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return
    listed = told.get("data") if isinstance(told, dict) else None
    for batch in listed if isinstance(listed, list) else [told]:
        if isinstance(batch, dict) and isinstance(source := batch.get("input_file_id"), str):
            for name in ("output_file_id", "error_file_id"):
                if isinstance(result := batch.get(name), str):
                    yield source, result
