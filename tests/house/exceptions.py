"""Every exception to a house rule, by name and with its reason. An entry that no longer applies fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# File → why one subject needs more than 250 lines.
LONG_FILES: Final[Mapping[str, str]] = {}

# file::scope → why everything must be caught (and not raised again) there. Only the pipeline's edge, settling, worker loops.
CATCH_ALLS: Final[Mapping[str, str]] = {
    "gateway/pipeline.py::serve": "the edge: our own mistakes get an answer and a record too",
    "gateway/admin/endpoint.py::Endpoint._answer": "the edge: our own mistakes get an answer, and the log says why",
    "gateway/audit/shipping.py::Shipper._run": "the shipper's loop: what fails now is tried again, nothing is lost",
    "gateway/audit/content_spool.py::ContentSpool._run": "the shipper's loop: what fails now is tried again, nothing is lost",
    "gateway/audit/spool.py::Pace.write": "whatever a write ran into, the callers of its batch must hear of it",
    "gateway/stores/keybook.py::KeyBook.follow": "the follower's loop: without it no revocation arrives any more",
    "gateway/stores/key_uses.py::LastUses.follow": "the writer's loop: without it no last use is written any more",
    "gateway/reload/reloader.py::Reloader._once": "the follower's loop: without it no change of a policy arrives any more",
    "gateway/alerts/sender.py::Sender.follow": "the sender's loop: without it nobody is told of anything any more",
    "gateway/alerts/telling.py::Telling.follow": "the keeper's loop: without it nobody is told of anything any more",
    "gateway/measures.py::MeasuresInForce.follow": "the follower's loop: without it no freeze arrives any more",
    "gateway/stores/processes.py::Reports.follow": "the reporter's loop: without it the process looks dead to others",
    "gateway/privacy/worker.py::_answer": "the reader's loop: what fails is told without its words, which may quote the text",
    "gateway/pipeline.py::settle": "one failing step does not stop the next",
    "gateway/ledger/batches.py::Batches._hand_out": "settling: who is told of a settlement keeps no other from being told",
    "gateway/ledger/shared.py::SharedLedger._repeat": "the follower's loop: without it no store is come back to",
}

# file::scope → who keeps the task, and when it is awaited or cancelled.
TASK_OWNERS: Final[Mapping[str, str]] = {
    "gateway/identity/source.py::KeySource.start": "KeySource._fetching: one at a time; close() cancels it",
    "gateway/ledger/priming.py::Priming._task": "Priming._tasks: one a counter; aclose() cancels them",
    "gateway/ledger/batches.py::Batches._start": "Batches._flying: one at a time; aclose() awaits it",
    "gateway/privacy/pool.py::Pool.start": "Pool._keeping: one a process; aclose() cancels them",
    "gateway/stores/keybook.py::KeyBook._look_again": "KeyBook._look; awaited, shielded, by all who ask at once",
    "gateway/upstream/aiohttp_sending.py::Sending.__init__": "the exchange it belongs to: cancelled when that ends",
    "gateway/upstream/httpx_client.py::HttpxUpstream._start": "_closing: closes a retired pool; aclose() awaits it",
}

# file::scope → why the import can't stand at the top: an optional extra.
LATE_IMPORTS: Final[Mapping[str, str]] = {
    "gateway/cli/check.py::_try_cases": "it takes the stages of calls, which take 0.2 s to import",
    "gateway/guards/on_demand.py::GuardsOnDemand._built": "only a policy with guardrails pays for what they need",
    "gateway/privacy/on_demand.py::DetectionOnDemand._built": "only a policy with privacy pays for what detection takes",
    "gateway/tokens.py::Tokens.load": "importing it takes 0.4 s, and calls never wait for it",
}

# gateway file or folder/ → "tests/file: why" its behaviour is tested there instead of in its mirror.
COVERED_ELSEWHERE: Final[Mapping[str, str]] = {
    "gateway/stores/migrations/": "run whole by the tests of the database",
    "gateway/admin/operations.py": "types; tests/admin/test_openapi.py and test_site.py: every operation",
    "gateway/admin/key_operations.py": "a table; tests/admin/test_site.py: every operation",
    "gateway/admin/keyring_operations.py": "a table; tests/admin/test_site.py: every operation",
    "gateway/admin/user_operations.py": "a table; tests/admin/test_site.py: every operation",
    "gateway/admin/actor.py": "a type; tests/admin/test_sign_in.py",
    "gateway/admin/administration.py": "puts others together; tests/admin/test_keys.py and test_endpoint.py",
    "gateway/admin/privacy_bodies.py": "types; tests/admin/test_privacy.py and test_site.py",
    "gateway/admin/privacy_operations.py": "a table; tests/admin/test_site.py: every operation",
    "gateway/admin/content_bodies.py": "types; tests/admin/test_contents.py",
    "gateway/admin/person_about.py": "tests/admin/test_privacy.py: in an export",
    "gateway/admin/audit_bodies.py": "types; tests/admin/test_openapi.py and test_site.py",
    "gateway/admin/audit_operations.py": "a table; tests/admin/test_site.py: every operation",
    "gateway/admin/desk.py": "tests/admin/test_keys.py: what is recorded, and judged, of every act",
    "gateway/admin/opening.py": "puts others together; tests/admin/test_site.py: over the real one",
    "gateway/admin/policy_bodies.py": "types; tests/admin/test_policy.py",
    "gateway/admin/policy_operations.py": "a table; tests/admin/test_site.py: every operation",
    "gateway/identity/standing.py": "a type; tests/identity/test_identities.py",
    "gateway/admin/running.py": "types; tests/admin/test_system.py",
    "gateway/admin/system_bodies.py": "types; tests/admin/test_system.py",
    "gateway/admin/system_operations.py": "a table; tests/admin/test_site.py: every operation",
    "gateway/reporting.py": "puts others together; tests/admin/test_system.py and test_site.py: over a running gateway",
    "gateway/alerts/opening.py": "puts others together; tests/journeys/test_measures.py: over a running gateway",
    "gateway/admin/budget_bodies.py": "types; tests/admin/test_budgets.py",
    "gateway/admin/budget_operations.py": "a table; tests/admin/test_site.py: every operation",
    "gateway/admin/freeze_bodies.py": "types; tests/admin/test_freezes.py",
    "gateway/admin/freeze_operations.py": "a table; tests/admin/test_site.py: every operation",
    "gateway/admin/usage_bodies.py": "types; tests/admin/test_usage.py and test_recomputing.py",
    "gateway/admin/usage_operations.py": "a table; tests/admin/test_site.py: every operation",
    "gateway/admin/keyring_bodies.py": "types; tests/admin/test_keyring.py",
    "gateway/admin/user_bodies.py": "types; tests/admin/test_users.py",
    "gateway/dialects/kept.py": "protocols; the tests of the operations on kept objects",
    "gateway/dialects/interface.py": "protocols; every dialect's tests",
    "gateway/dialects/hub/conversation.py": "types; tests/dialects/hub/test_present.py and the spokes' tests",
    "gateway/dialects/hub/embedding.py": "tests/dialects/spokes/test_embeddings_openai.py: with real spokes",
    "gateway/dialects/hub/parts.py": "types; tests/dialects/hub/test_present.py and the spokes' tests",
    "gateway/dialects/hub/reply.py": "types; the spokes' tests",
    "gateway/dialects/hub/spoke.py": "protocols; the spokes' tests",
    "gateway/ledger/opening.py": "puts others together; tests/journeys/test_limits.py: both kinds",
    "gateway/ledger/protocol.py": "protocols; tests/ledger/test_shared.py",
    "gateway/ledger/demand.py": "types; tests/ledger/test_book.py",
    "gateway/ledger/operations.py": "types; tests/ledger/test_book.py",
    "gateway/stores/act_rows.py": "protocols; tests/stores/test_acts.py",
    "gateway/admin/act_bodies.py": "tests/admin/test_act_records.py: through the operations that take them",
    "gateway/admin/act_operations.py": "tests/admin/test_act_records.py: through what they ask",
    "gateway/stores/rights_tables.py": "tables; tests/stores/test_contents.py and test_subject_keys.py",
    "gateway/stores/measure_tables.py": "tables; tests/stores/test_measures.py and test_outbox.py",
    "gateway/stores/pseudonyms.py": "protocols; tests/stores/test_subjects.py",
    "gateway/stores/interfaces.py": "protocols; the conformance suite of the stores",
    "gateway/stores/ownership.py": "protocols; the tests of the stores",
    "gateway/upstream/opening.py": "tests/test_app.py: puts others together; both kinds are tried",
    "gateway/privacy/interface.py": "protocols; tests/privacy/test_on_demand.py and tests/stores/test_vault.py",
    "gateway/upstream/interface.py": "protocols; the behaviour suite of the upstreams",
    "gateway/upstream/aiohttp_client.py": "tests/upstream/test_behaviour.py: and _connections, _faults, test_tls",
    "gateway/upstream/aiohttp_answer.py": "tests/upstream/test_behaviour_faults.py: its limits and breaks, on both loops",
    "gateway/upstream/aiohttp_sending.py": "tests/upstream/test_behaviour_uploads.py: on both loops",
    "gateway/upstream/httpx_request.py": "tests/upstream/test_behaviour.py: and _connections, _faults, _uploads, _via",
    "gateway/upstream/echo_openai.py": "tests/upstream/test_echo.py: through the provider that speaks it",
    "gateway/upstream/echo_responses.py": "tests/upstream/test_echo.py: through the provider that speaks it",
    "gateway/upstream/echo_anthropic.py": "tests/upstream/test_echo.py: through the provider that speaks it",
    "gateway/identity/faults.py": "two errors; the tests of the others in gateway/identity/",
    "gateway/policy/identities.py": "a type; tests/policy/test_build.py and tests/identity/",
    "gateway/privacy/rules.py": "tests/privacy/recognizers/test_recognizer.py: and every recognizer's tests",
    "gateway/privacy/vocabulary.py": "tests/privacy/recognizers/test_people.py: names by its lists",
    "gateway/privacy/recognizers/name_cues.py": "tests/privacy/recognizers/test_people.py: a name behind each kind of word",
    "gateway/privacy/recognizers/registry.py": "tests/privacy/recognizers/test_recognizer.py: every kind in every language",
    "gateway/runtime.py": "protocols; the stages' tests",
}

# file::test → why it can't run everywhere. CI must not rely on it.
SKIPS: Final[Mapping[str, str]] = {}

# file::scope → why a test must let time pass: a fake that is slow on purpose, never a wait for something.
_CONNECTIONS: Final = "tests/upstream/test_behaviour_connections.py"
_FAULTS: Final = "tests/upstream/test_behaviour_faults.py"
PAUSES: Final[Mapping[str, str]] = {
    f"{_CONNECTIONS}::cancel_storm.script": "a provider that takes a random while, so that cancels hit every stage",
    f"{_CONNECTIONS}::cancel_storm.gives_up": "a caller that gives up after a random while",
    f"{_FAULTS}::test_a_stream_may_last_longer_than_first_byte_and_idle.script": "a provider that pauses inside a stream",
    f"{_FAULTS}::test_a_slow_reader_is_not_the_providers_silence": "a reader that is slower than the limit",
    f"{_FAULTS}::test_what_came_before_the_break_is_handed_over": "a reader that comes after the break has arrived",
}
