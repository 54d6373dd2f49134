"""Checkpoints in a chain: each signs an entry before it, and one further on than the last one did."""

from __future__ import annotations

import pytest

from gateway.audit import witness as module
from gateway.audit.chain import Fault
from gateway.audit.checkpoint import entry_of, signed
from gateway.audit.entry import Checkpoint
from gateway.audit.witness import Witness
from gateway.signing import LocalSigner, Trust

SIGNER = LocalSigner(b"s" * 32, b"salt")


def checkpoint(*, writer: str = "w1", by: LocalSigner = SIGNER, **heads: int) -> Checkpoint:
    said = {name: (seq, f"{name}-{seq}") for name, seq in heads.items()}
    return entry_of(signed(by, "inst", writer, "2027", said), "cp")


def witness(trust: Trust | None = None, kept: dict[int, str] | None = None) -> Witness:
    """It looks at w1, of which it saw 20 entries."""
    made = Witness(
        "inst",
        trust or Trust([SIGNER.public]),
        lambda _, seqs: {seq: (kept or {})[seq] for seq in seqs if seq in (kept or {})},
    )
    made.look_at("w1")
    for seq in range(1, 21):
        made.saw(seq, f"w1-{seq}")
    return made


def test_a_chain_is_proven_up_to_what_was_signed_last():
    heard = witness()
    assert heard.proven == 0
    for seq, own in ((5, 4), (9, 7)):
        assert heard.hear(seq, checkpoint(w1=own, w2=own)) is None
    assert heard.proven == 7
    assert {name: (one.seq, one.proves) for name, one in heard.heard.items()} == {"w2": (7, True)}
    heard.look_at("w2")
    assert heard.proven == 0


@pytest.mark.parametrize(
    ("made", "what", "seq"),
    [
        (checkpoint(by=LocalSigner(b"f" * 32, b"salt"), w1=9), "forged", 10),
        (checkpoint(writer="w2", w1=9), "forged", 10),
        (checkpoint(w1=10), "forged", 10),
        (checkpoint(w1=4), "forged", 10),
        (checkpoint(w2=4), "forged", 10),
    ],
    ids=[
        "another key",
        "another writer's",
        "of what comes after",
        "an old one again",
        "not of its own chain",
    ],
)
def test_a_checkpoint_that_does_not_belong_there_is_forged(made: Checkpoint, what: str, seq: int):
    heard = witness()
    assert heard.hear(5, checkpoint(w1=4)) is None
    fault = heard.hear(10, made)
    assert isinstance(fault, Fault)
    assert (fault.writer, fault.what, fault.seq) == ("w1", what, seq)


def test_a_chain_that_is_not_what_was_signed_is_rewritten_since_the_last_that_was():
    heard = witness()
    assert heard.hear(5, checkpoint(w1=4)) is None
    heard.saw(9, "other")
    fault = heard.hear(10, checkpoint(w1=9))
    assert fault is not None
    assert (fault.what, fault.seq) == ("replaced", 5)


def test_an_entry_long_before_is_looked_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_AT_HAND", 5)
    assert witness(kept={2: "w1-2"}).hear(21, checkpoint(w1=2)) is None
    fault = witness(kept={2: "other"}).hear(21, checkpoint(w1=2))
    assert fault is not None and fault.what == "replaced"


def test_without_a_key_signatures_are_not_checked_and_prove_nothing():
    heard = witness(Trust([]))
    assert heard.hear(10, checkpoint(by=LocalSigner(b"f" * 32, b"salt"), w1=9, w2=3)) is None
    assert (heard.proven, heard.heard["w2"].proves) == (0, False)
    fault = heard.hear(12, checkpoint(w1=4))
    assert fault is not None and fault.what == "forged"
