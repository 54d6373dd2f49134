"""What placeholders stand for in what a provider keeps."""

from __future__ import annotations

import json

from gateway.call import Caller, Served
from gateway.dialects.kept import Made
from gateway.privacy.inside import Inside
from gateway.remembering import remember, remember_results
from tests.parts.calls import candidate, make_call
from tests.parts.runtime import FakeIncoming, FakeVault, make_runtime

VALUES = {"PERSON_1 one": "Ann Lee"}
BATCH = {"id": "batch_1", "input_file_id": "file-1", "output_file_id": "file-2", "error_file_id": None}


async def test_of_a_batch_the_values_of_its_requests_are_kept():
    call = make_call()
    call.caller = Caller("key", "k", "u_1", "a", ("caller",), None)
    call.served = Served(candidate(), FakeIncoming(), "application/json", b"{}")
    call.inside = Inside()
    call.inside.add("one", {"PERSON_1": "Ann Lee"})
    vault = FakeVault()
    made = [Made("file:batch", "file-1"), Made("file", "file-9"), Made("response", "resp_1")]
    await remember(call, make_runtime(call.policy, vault=vault), made)
    assert vault.kept == {("team:a", "file-1"): VALUES}


async def test_the_files_of_its_results_have_the_values_of_its_input():
    for body in (BATCH, {"data": [BATCH, {"id": "batch_2"}, 3]}):
        call = make_call(path="/v1/batches/batch_1", method="GET")
        call.caller = Caller("key", "k", None, "a", ("caller",), None)
        call.served = Served(candidate(), FakeIncoming(), "application/json", json.dumps(body).encode())
        vault = FakeVault({("team:a", "file-1"): VALUES})
        for _ in range(2):
            await remember_results(call, make_runtime(call.policy, vault=vault))
        assert vault.kept == {("team:a", "file-1"): VALUES, ("team:a", "file-2"): VALUES}


async def test_an_answer_about_something_else_is_not_looked_at():
    call = make_call(path="/v1/files/file-1", method="GET")
    call.served = Served(candidate(), FakeIncoming(), "application/json", json.dumps(BATCH).encode())
    await remember_results(call, make_runtime(call.policy, vault=FakeVault(down=True)))
    assert call.trail == []
