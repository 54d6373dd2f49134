"""Anchors, as a file of them is read: the newest of each chain, and where a chain stops agreeing."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.audit.checkpoint import line_of, signed
from gateway.audit.claims import Anchors, AnchorsUnreadable, Claim, cut_off, rewritten
from gateway.signing import LocalSigner, Trust

SIGNER = LocalSigner(b"s" * 32, b"salt")
TRUST = Trust([SIGNER.public])


def file_of(folder: Path, *heads: dict[str, tuple[int, str]], by: LocalSigner = SIGNER) -> Path:
    path = folder / "anchors.jsonl"
    with path.open("ab") as file:
        for number, one in enumerate(heads):
            file.write(line_of(signed(by, "inst", "w1", f"2027-01-15T08:{number:02d}", one)))
    return path


def test_of_each_chain_the_newest_head_counts_whatever_the_order(tmp_path: Path):
    path = file_of(tmp_path, {"w1": (3, "c"), "w2": (1, "x")}, {"w1": (9, "i")}, {"w1": (5, "e")})
    anchors = Anchors(path, "inst", TRUST)
    assert {name: (one.seq, one.hash) for name, one in anchors.newest.items()} == {
        "w1": (9, "i"),
        "w2": (1, "x"),
    }
    assert anchors.forged is None


def test_lines_that_are_forged_or_torn_are_left_out_and_the_first_is_named(tmp_path: Path):
    file_of(tmp_path, {"w1": (3, "c")})
    path = file_of(tmp_path, {"w1": (9, "i")}, by=LocalSigner(b"f" * 32, b"salt"))
    path.write_bytes(path.read_bytes() + b'{"v":1,"inst\n')
    anchors = Anchors(path, "inst", TRUST)
    assert (anchors.newest["w1"].seq, anchors.forged) == (3, 2)


def test_without_any_key_what_was_kept_elsewhere_is_believed(tmp_path: Path):
    assert Anchors(file_of(tmp_path, {"w1": (3, "c")}), "inst", Trust([])).newest["w1"].proves


@pytest.mark.parametrize("text", [b"", b"no statement\n"])
def test_a_file_without_a_statement_is_none(tmp_path: Path, text: bytes):
    path = tmp_path / "anchors.jsonl"
    path.write_bytes(text)
    with pytest.raises(AnchorsUnreadable, match="no statement"):
        Anchors(path, "inst", TRUST)


def test_where_a_chain_was_rewritten_is_between_two_anchors(tmp_path: Path):
    heads = [{"w1": (seq, str(seq))} for seq in range(10, 2000, 10)]
    anchors = Anchors(file_of(tmp_path, *heads), "inst", TRUST)

    def there(writer: str, seqs: list[int]) -> dict[int, str]:
        return {seq: str(seq) if seq < 1234 else "other" for seq in seqs}

    found = anchors.where("w1", there)
    assert found is not None
    agreed, first = found
    assert (agreed, first.seq) == (1230, 1240)
    assert anchors.where("w1", lambda _, seqs: {seq: str(seq) for seq in seqs}) is None


def test_faults_name_the_first_entry_that_is_not_what_it_was():
    claim = Claim("w1", 40, "aa", "the anchor of 2027", True)
    assert (cut_off(claim, 12).seq, cut_off(claim, 12).what) == (13, "missing")
    assert "the whole chain is gone" in cut_off(claim, 0).detail
    assert (rewritten(claim, 30).seq, rewritten(claim, 30).what) == (31, "replaced")
