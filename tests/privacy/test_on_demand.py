"""Detection that is there once a policy asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

import pytest

from gateway.policy.models.privacy import PrivacyEntry
from gateway.policy.protection import privacy_of
from gateway.policy.snapshot import Policy
from gateway.privacy.faults import DetectorUnavailable, NotCovered
from gateway.privacy.on_demand import open_detection
from gateway.privacy.profile import profile_of

SECRET = b"s" * 32


@pytest.fixture
def executor() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as threads:
        yield threads


def policy(**entities: str) -> Policy:
    entry = {"default": "p", "profiles": {"p": {"languages": ("en",), "entities": entities}}}
    return Policy("r", privacy=privacy_of(PrivacyEntry.model_validate(entry)))


async def test_what_was_not_made_ready_reads_nothing(executor: Executor):
    async with open_detection(SECRET, executor, Policy("r")) as detection:
        assert detection.version == "" and detection.ready, "nobody wants it"
        with pytest.raises(DetectorUnavailable):
            await detection.spans(["ann@example.org"], profile_of(), "t")


async def test_a_policy_that_comes_later_makes_it_ready(executor: Executor):
    async with open_detection(SECRET, executor, Policy("r")) as detection:
        await detection.prepare(policy())
        [spans] = await detection.spans(["ann@example.org"], profile_of(), "t")
        assert [span.type for span in spans] == ["EMAIL"] and detection.version and detection.ready


async def test_a_kind_that_nothing_finds_is_an_error_at_start_and_not_a_clean_text(executor: Executor):
    with pytest.raises(NotCovered, match="nothing here finds LOCATION"):
        async with open_detection(SECRET, executor, policy(LOCATION="redact")):
            pass


async def test_each_tenant_has_its_own_key_for_hashes(executor: Executor):
    async with open_detection(SECRET, executor, Policy("r")) as detection:
        assert detection.hash_key("team:a") == detection.hash_key("team:a") != detection.hash_key("team:b")
