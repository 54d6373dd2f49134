"""Alerts are signed as Standard Webhooks says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

import openai
import pytest

from gateway.alerts.signature import headers_of, key_of, signed

KEY, BODY = b"0123456789abcdef0123456789abcdef", b'{"type":"budget.threshold"}'


def test_the_signature_is_over_id_time_and_body():
    said = b"evt_1.1800000000." + BODY
    expected = base64.b64encode(hmac.new(KEY, said, hashlib.sha256).digest()).decode()
    assert signed(KEY, "evt_1", 1_800_000_000, BODY) == f"v1,{expected}"


@pytest.mark.parametrize(
    "secret", ["whsec_" + base64.b64encode(KEY).decode(), "any text of 24 letters or so"]
)
def test_whoever_verifies_such_signatures_takes_ours(secret: str):
    """An SDK that verifies the webhooks of its own provider, which signs by the same standard."""
    client = openai.OpenAI(api_key="unused")
    headers = headers_of(key_of(secret), "evt_1", int(time.time()), BODY)
    client.webhooks.verify_signature(BODY, headers, secret=secret)
    with pytest.raises(openai.InvalidWebhookSignatureError):
        client.webhooks.verify_signature(BODY + b" ", headers, secret=secret)


@pytest.mark.parametrize(
    "other", [("evt_2", 1_800_000_000, BODY), ("evt_1", 1_800_000_001, BODY), ("evt_1", 1_800_000_000, b"{}")]
)
def test_nothing_of_it_can_be_changed(other: tuple[str, int, bytes]):
    assert signed(KEY, *other) != signed(KEY, "evt_1", 1_800_000_000, BODY)


def test_a_secret_is_base64_behind_its_prefix_or_any_text():
    assert key_of("whsec_" + base64.b64encode(KEY).decode()) == KEY
    assert key_of("pässword") == "pässword".encode()
    with pytest.raises(ValueError, match="base64"):
        key_of("whsec_no base64")


def test_without_a_secret_nothing_is_signed():
    assert set(headers_of(None, "evt_1", 5, BODY)) == {"content-type", "webhook-id", "webhook-timestamp"}
    headers = headers_of(KEY, "evt_1", 5, BODY)
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("evt_1", "5")
    assert headers["webhook-signature"] == signed(KEY, "evt_1", 5, BODY)
