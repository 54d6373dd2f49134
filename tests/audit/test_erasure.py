"""Certificates of erasure."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.audit.erasure import NoCertificate, Statement, certificate, read_certificate, require_signed
from gateway.signing import LocalSigner, Trust

SIGNER = LocalSigner(b"s" * 32, b"salt")
OTHER = LocalSigner(b"o" * 32, b"salt")
STATEMENT = Statement(
    installation="inst",
    request="r1",
    act="act_1",
    subject="u-1",
    received_at="2027-01-15T08:00:00.000Z",
    erased_at="2027-01-16T08:00:00.000Z",
    erased={"contents": 3},
    keys=("key_1",),
    kept=("entries of the log, without a name",),
)


def test_a_certificate_says_what_was_erased_and_who_says_so():
    found = read_certificate(certificate(STATEMENT, SIGNER))
    require_signed(found, Trust([SIGNER.public]))
    assert (found.statement, found.key, found.public) == (STATEMENT, SIGNER.id, SIGNER.public.hex())


def test_a_certificate_of_somebody_else_proves_nothing():
    with pytest.raises(NoCertificate, match="not trusted"):
        require_signed(read_certificate(certificate(STATEMENT, OTHER)), Trust([SIGNER.public]))


CHANGES: tuple[dict[str, Any], ...] = (
    {"subject": "u-2"},
    {"erased": {"contents": 4}},
    {"erased_at": "2027-01-17T08:00:00.000Z"},
    {"kept": []},
    {"installation": "other"},
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_statement_is_found(change: dict[str, Any]):
    made = json.loads(certificate(STATEMENT, SIGNER))
    made["statement"] |= change
    with pytest.raises(NoCertificate, match="signature is wrong"):
        require_signed(read_certificate(json.dumps(made)), Trust([SIGNER.public]))


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"statement": {}}', "\ud800"])
def test_what_is_no_certificate_is_said_to_be_none(text: str):
    with pytest.raises(NoCertificate, match="no certificate"):
        read_certificate(text)


def test_a_newer_kind_of_certificate_is_not_read_as_this_one():
    made = json.loads(certificate(STATEMENT, SIGNER))
    made["statement"]["v"] = 2
    with pytest.raises(NoCertificate, match="newer"):
        read_certificate(json.dumps(made))
