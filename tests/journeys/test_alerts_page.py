"""docs/alerts.md is true: its policy is one, its receiver takes what a gateway sends, its table is what is told."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.alerts.sender import DELAYS_S, SEND_S
from gateway.alerts.signature import headers_of, key_of
from gateway.policy.load import load_policy
from gateway.stores.outbox import MOST_WAITING

TEXT = (Path(__file__).parents[2] / "docs/alerts.md").read_text(encoding="utf-8")
BODY = b'{"type":"budget.threshold"}'
SECRETS = ["whsec_c2VjcmV0LW9mLXRoZS10ZXN0cw==", "any text"]


def block(language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    return str(found)


@pytest.fixture
def verified() -> Callable[..., bool]:
    known: dict[str, Any] = {}
    exec(block("python"), known)
    found: Callable[..., bool] = known["verified"]
    return found


def test_its_policy_is_one_and_in_force(tmp_path: Path):
    (tmp_path / "gateway.yaml").write_text("gateway: 1\n" + block("yaml"))
    environment = {"ALERT_WEBHOOK": "https://alerts.test/x", "ALERT_SECRET": SECRETS[0]}
    policy = load_policy(tmp_path, environment=environment)
    assert (len(policy.webhooks), len(policy.entries), policy.not_yet) == (1, 1, ())


@pytest.mark.parametrize("secret", SECRETS)
def test_its_receiver_takes_what_is_sent_and_nothing_else(verified: Callable[..., bool], secret: str):
    now_s = int(time.time())
    headers = headers_of(key_of(secret), "evt_1", now_s, BODY)
    assert verified(secret, headers, BODY)
    assert not verified(secret, headers, BODY + b" ")
    assert not verified("another", headers, BODY)
    assert not verified(secret, {**headers, "webhook-id": "evt_2"}, BODY)
    assert not verified(secret, headers_of(key_of(secret), "evt_1", now_s - 400, BODY), BODY), "too old"


def test_what_is_told_is_what_the_code_tells():
    source = Path(__file__).parents[2] / "gateway"
    code = "".join(
        (source / name).read_text(encoding="utf-8")
        for name in ("alerts/spending.py", "admin/budgets.py", "admin/freezes.py")
    )
    told = set(re.findall(r'"((?:budget|freeze)\.[a-z]+)"', code)) - {"budgets.raise"}
    table = set(re.findall(r"`((?:budget|freeze)\.[a-z]+)`", TEXT))
    assert table == told


def test_its_numbers_are_those_of_the_code():
    assert f"within {SEND_S:.0f} seconds" in TEXT
    assert f"{MOST_WAITING:,} deliveries" in TEXT
    assert DELAYS_S == (5, 30, 120, 600, 1_800, 7_200, 18_000, 43_200)
    assert "5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 5 h and 12 h" in TEXT
