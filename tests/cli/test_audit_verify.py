"""`gateway audit verify`: with what is kept elsewhere, and with a public key in place of the signing key."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from gateway.auditing import open_audit
from gateway.installation import open_installation
from gateway.policy.auditing import Anchor, Audit
from gateway.policy.snapshot import Policy
from gateway.settings import load_settings
from gateway.signing import LocalSigner, public_text
from gateway.stores.database import writing
from gateway.stores.keyrings import SqlKeyring
from tests.audit.parts import intent, outcome
from tests.cli.conftest import Run


@pytest.fixture
def anchors(folder: Path) -> Path:
    """A gateway ran, took a call, and ended: boot, checkpoint, two, checkpoint. Where its heads were kept."""
    kept = folder / "anchors.jsonl"
    asyncio.run(ran(kept))
    return kept


async def ran(kept: Path, call: str = "c1") -> None:
    policy = Policy("rev-1", audit=Audit(anchors=(Anchor(str(kept), None, 60.0),)))
    with open_installation(load_settings()) as installation:
        async with AsyncExitStack() as stack:
            audit, attending = await open_audit(load_settings(), lambda: policy, installation, stack)
            await attending.notary.round()
            await audit.append(intent(call))
            await audit.append(outcome(call))


def public(folder: Path) -> bytes:
    with open_installation(load_settings(data=folder / "data")) as installation:
        [row] = SqlKeyring(installation.database.engine).signing()
    return row.public


def cut(*, after: int) -> None:
    with (
        open_installation(load_settings()) as installation,
        writing(installation.database.engine) as connection,
    ):
        connection.exec_driver_sql("DELETE FROM entries WHERE seq > ?", (after,))
        connection.exec_driver_sql("DELETE FROM calls")
        connection.exec_driver_sql(
            "UPDATE shipped SET seq = ?, hash = (SELECT hash FROM entries WHERE seq = ?)", (after, after)
        )
    for segment in load_settings().data.glob("spool/*/*.log"):
        segment.unlink()


def told(gateway: Run, *words: str) -> tuple[int, dict[str, object]]:
    done = gateway("audit", "verify", "--json", *words)
    return done.status, json.loads(done.out)


def test_what_was_signed_is_proven_and_what_came_after_is_not(gateway: Run, anchors: Path):
    status, report = told(gateway)
    assert (status, report["notes"]) == (0, [])
    assert list(report["unproven_from"].values()) == [5]  # type: ignore[attr-defined]
    assert told(gateway, "--anchor", str(anchors))[0] == 0


def test_a_tail_that_was_cut_off_is_found_with_an_anchor_only(gateway: Run, anchors: Path):
    cut(after=2)
    status, report = told(gateway)
    assert (status, list(report["unproven_from"].values())) == (0, [2])  # type: ignore[attr-defined]
    done = gateway("audit", "verify", "--anchor", str(anchors))
    assert done.status == 1
    assert "entry 3: missing: the end of the chain is gone: the anchor of " in done.out


def test_without_the_signing_key_a_public_one_is_asked_for(gateway: Run, folder: Path, anchors: Path):
    key = public(folder)
    (folder / "data" / "signing.key").unlink()
    status, report = told(gateway)
    assert (status, list(report["unproven_from"].values())) == (0, [1])  # type: ignore[attr-defined]
    assert "no --key was given" in str(report["notes"])
    (folder / "public.pem").write_text(public_text(key))
    for given in (str(folder / "public.pem"), key.hex()):
        status, report = told(gateway, "--key", given)
        assert (status, list(report["unproven_from"].values())) == (0, [5])  # type: ignore[attr-defined]


def test_the_oldest_public_key_proves_what_later_ones_signed(gateway: Run, folder: Path, anchors: Path):
    oldest = public(folder)
    for number in (2, 3):
        assert gateway("keyring", "rotate", "signing").status == 0
        asyncio.run(ran(anchors, f"c{number}"))
    (folder / "data" / "signing.key").unlink()
    status, report = told(gateway, "--key", oldest.hex(), "--anchor", str(anchors))
    assert (status, report["notes"]) == (0, [])
    assert [one["seq"] - one["proven"] for one in report["writers"]] == [1, 0]  # type: ignore[attr-defined]


def test_another_public_key_believes_no_checkpoint(gateway: Run, anchors: Path):
    status, report = told(gateway, "--key", LocalSigner(b"f" * 32, b"salt").public.hex())
    assert (status, report["first_bad"]["what"], report["first_bad"]["seq"]) == (1, "forged", 2)  # type: ignore[index]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--key", "nothing"), "--key: expected an Ed25519 public key"),
        (("--anchor", "nothing"), "--anchor: nothing can't be read"),
    ],
)
def test_what_is_no_key_and_no_anchor_is_wrong_use(
    gateway: Run, anchors: Path, words: tuple[str, ...], said: str
):
    done = gateway("audit", "verify", *words)
    assert done.status == 2
    assert said in done.err


def test_anchors_of_another_installation_are_wrong_use(gateway: Run, anchors: Path):
    anchors.write_bytes(anchors.read_bytes().replace(b'"installation":"', b'"installation":"0'))
    done = gateway("audit", "verify", "--anchor", str(anchors))
    assert done.status == 2
    assert "of another installation" in done.err


def test_a_forged_line_of_the_anchors_is_told_and_not_believed(gateway: Run, anchors: Path):
    line = anchors.read_bytes().splitlines()[-1]
    anchors.write_bytes(anchors.read_bytes() + line.replace(b":[4,", b":[9,") + b"\n")
    status, report = told(gateway, "--anchor", str(anchors))
    assert status == 0
    assert "line 3 of the anchors is no statement" in str(report["notes"])
