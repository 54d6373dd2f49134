"""Signatures, and which keys are trusted to make them."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given
from hypothesis import strategies as st

from gateway.signing import (
    Certificate,
    LocalSigner,
    NoPublicKey,
    Trust,
    certificate_text,
    certify,
    public_of,
    public_text,
    signing_id,
    trust,
)

ONE, TWO, THREE = (LocalSigner(b"s" * 32, bytes([n]) * 16) for n in (1, 2, 3))


@given(st.binary(max_size=100), st.integers(0, 63), st.integers(1, 255))
def test_a_signature_holds_for_what_was_signed_and_for_nothing_else(body: bytes, place: int, flip: int):
    signature = ONE.sign("heads", body)
    trusted = Trust([ONE.public])
    assert trusted.holds(ONE.id, "heads", body, signature)
    assert not trusted.holds(ONE.id, "heads", body + b"x", signature)
    assert not trusted.holds(ONE.id, "erasure", body, signature)
    changed = bytearray(bytes.fromhex(signature))
    changed[place] ^= flip
    assert not trusted.holds(ONE.id, "heads", body, changed.hex())


def test_a_key_that_is_not_trusted_proves_nothing():
    assert not Trust([TWO.public]).holds(ONE.id, "heads", b"x", ONE.sign("heads", b"x"))
    assert Trust([]).empty
    assert not Trust([ONE.public]).holds(ONE.id, "heads", b"x", "no hexadecimal")


def test_the_same_secret_and_salt_give_the_same_key_again():
    assert LocalSigner(b"s" * 32, bytes([1]) * 16).public == ONE.public
    assert len({ONE.id, TWO.id, THREE.id, LocalSigner(b"t" * 32, bytes([1]) * 16).id}) == 4


@pytest.mark.parametrize("kept", [ONE, TWO, THREE])
def test_any_one_public_key_leads_to_all_that_came_before_and_after(kept: LocalSigner):
    certificates = [
        certificate_text(certify("inst", ONE.public, ONE, TWO, 1)),
        None,
        certificate_text(certify("inst", TWO.public, TWO, THREE, 2)),
    ]
    found = trust("inst", [kept.public], certificates)
    assert all(found.knows(signer.id) for signer in (ONE, TWO, THREE))


def test_certificates_of_another_installation_lead_nowhere():
    certificates = [certificate_text(certify("other", ONE.public, ONE, TWO, 1))]
    assert not trust("inst", [ONE.public], certificates).knows(TWO.id)


def test_a_key_that_nobody_vouched_for_is_not_trusted():
    alone = certify("inst", ONE.public, None, TWO, 1)
    assert alone.by_previous is None
    assert not trust("inst", [ONE.public], [certificate_text(alone)]).knows(TWO.id)
    assert trust("inst", [TWO.public], [certificate_text(alone)]).knows(ONE.id)


def test_whoever_signs_for_a_stolen_place_is_not_trusted():
    forged = Certificate(
        installation="inst",
        previous=ONE.public.hex(),
        new=TWO.public.hex(),
        at_ms=1,
        by_previous=TWO.sign("certificate", b"x"),
        by_new=TWO.sign("certificate", b"x"),
    )
    found = trust("inst", [ONE.public], [certificate_text(forged), "{}", "no json", '{"previous": 1}'])
    assert not found.knows(TWO.id)


def test_a_public_key_is_written_as_other_programs_read_it():
    text = public_text(ONE.public)
    assert public_of(text) == public_of(ONE.public.hex()) == ONE.public
    assert isinstance(load_pem_public_key(text.encode()), Ed25519PublicKey)
    assert signing_id(public_of(text)) == ONE.id


@pytest.mark.parametrize(
    "text", ["", "ab" * 31, "zz" * 32, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"]
)
def test_what_is_no_public_key_is_refused(text: str):
    with pytest.raises(NoPublicKey):
        public_of(text)
