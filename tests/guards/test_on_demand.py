"""Guards that are there once a policy asks for them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from pathlib import Path

import pytest

from gateway.egress import Fetcher
from gateway.guards.guard import GuardFailed
from gateway.guards.on_demand import GuardsOnDemand, prepared
from tests.parts.classifier import Classifier
from tests.policy.folder import ECHO, loaded

LOOPBACK = (ip_network("127.0.0.0/8"),)
GUARDED = ECHO + "guardrails: [{name: g, apply_to: input, kind: secrets, action: block}]\n"


@pytest.fixture
def guards() -> Iterator[GuardsOnDemand]:
    with ThreadPoolExecutor(1) as executor:
        yield GuardsOnDemand(executor, Fetcher())


def test_without_a_policy_that_asks_for_them_nothing_of_them_is_loaded():
    look = "import sys, gateway.app; print([n for n in sys.modules if 'langid' in n or n.startswith('gateway.guards.reg')])"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_those_of_a_policy_are_made_ready_before_it_is_in_force(guards: GuardsOnDemand, tmp_path: Path):
    policy = loaded(tmp_path, GUARDED)
    assert await prepared(guards, policy) is guards
    assert [guard.rule.name for guard in guards.of(policy).input] == ["g"]
    assert guards.of(policy) is guards.of(policy)


async def test_a_policy_without_them_has_none(guards: GuardsOnDemand, tmp_path: Path):
    policy = loaded(tmp_path, ECHO)
    await guards.prepare(policy)
    assert guards.of(policy).input == guards.of(policy).output == ()


def test_a_policy_that_nobody_made_ready_has_them_too(guards: GuardsOnDemand, tmp_path: Path):
    assert guards.of(loaded(tmp_path, GUARDED)).input


def test_others_see_neither_what_is_personal_nor_what_a_profile_looks_for(
    guards: GuardsOnDemand, tmp_path: Path
):
    text = "I am Megan Okafor of the case BX-1234, megan@example.org"
    assert guards.redacted(text, loaded(tmp_path, ECHO)) == "I am <PERSON_1> of the case BX-1234, <EMAIL_1>"
    own = "{default: p, profiles: {p: {}}, recognizers: {badge: {entity: BADGE, patterns: ['BX-[0-9]{4}']}}}"
    seen = guards.redacted(text, loaded(tmp_path, f"{ECHO}privacy: {own}\n"))
    assert seen == "I am <PERSON_1> of the case <BADGE_1>, <EMAIL_1>"


async def test_a_service_is_asked_within_the_rules_of_errands(guards: GuardsOnDemand):
    with Classifier({"score": 1}) as service:
        assert await guards.post(service.url, b'{"a": 1}', LOOPBACK, 5.0) == b'{"score": 1}'
        with pytest.raises(GuardFailed, match="private network"):
            await guards.post(service.url, b"{}", (), 5.0)
    assert service.asked == [{"a": 1}]


async def test_a_service_that_says_no_has_failed(guards: GuardsOnDemand):
    with Classifier({}, status=500) as service, pytest.raises(GuardFailed, match="500"):
        await guards.post(service.url, b"{}", LOOPBACK, 5.0)


async def test_a_service_is_not_waited_for_longer_than_its_time(guards: GuardsOnDemand):
    with Classifier({}) as service:
        service.gate.clear()
        with pytest.raises(GuardFailed, match=r"longer than 0\.05 s"):
            await guards.post(service.url, b"{}", LOOPBACK, 0.05)


async def test_no_more_than_so_many_are_asked_at_a_time(guards: GuardsOnDemand):
    with Classifier({"score": 0}) as service:
        service.gate.clear()
        asking = [asyncio.ensure_future(guards.post(service.url, b"{}", LOOPBACK, 10.0)) for _ in range(20)]
        async with asyncio.timeout(10):
            while len(service.asked) < 16:
                await asyncio.sleep(0)
        assert len(service.asked) == 16
        service.gate.set()
        assert len(await asyncio.gather(*asking)) == 20
