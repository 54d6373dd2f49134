"""An installation whose log was signed and anchored, and what somebody who can write to it might do to it.

They hold the database and the spool, and know how the chain is made; they hold neither the signing key nor what
was kept elsewhere.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from gateway.audit.anchors import Anchoring, append_line
from gateway.audit.chain import open_envelope
from gateway.audit.checkpoint import signed, stated_by
from gateway.audit.claims import Anchors
from gateway.audit.direct import DirectLog
from gateway.audit.entry import Checkpoint, decode, encode
from gateway.audit.log import AuditLog
from gateway.audit.notary import Notary, Signing
from gateway.audit.report import Known, Report
from gateway.audit.verify import Verifier
from gateway.clock import SystemClock
from gateway.policy.auditing import Anchor
from gateway.signing import LocalSigner, Trust
from gateway.stores.acts import SqlActs
from gateway.stores.calls import SqlCalls
from gateway.stores.database import writing
from tests.audit.parts import Place, act, acted, intent, outcome

SIGNER = LocalSigner(b"s" * 32, b"salt")
FORGER = LocalSigner(b"f" * 32, b"salt")


class Kept:
    """An anchor's place: keeps every statement that it is told of."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], allow: Sequence[Any], *, timeout_s: float
    ) -> int:
        append_line(str(self.path), body)
        return 204


@dataclass
class Logged:
    """`folder/data` with two gateways' chains and the commands', `folder/anchors`, and an older copy of the data."""

    folder: Path
    chance: random.Random
    place: Place = field(init=False)

    def __post_init__(self) -> None:
        self.place = Place(self.folder / "data")

    @property
    def anchors(self) -> Path:
        return self.folder / "anchors.jsonl"

    def copy(self, to: Path, chance: random.Random) -> Logged:
        self.place.close()
        shutil.copytree(self.folder, to)
        return Logged(to, chance)

    # ------------------------------------------------------------ what is there

    @property
    def writers(self) -> list[str]:
        return list(SqlCalls(self.place.database().engine).writers())

    @property
    def gateways(self) -> list[str]:
        """The writers with a folder."""
        return sorted(path.name for path in (self.place.data / "spool").iterdir())

    def rows(self, writer: str) -> list[tuple[int, str, str]]:
        """Number, kind and body."""
        with self.place.database().engine.connect() as connection:
            found = connection.exec_driver_sql(
                "SELECT seq, kind, body FROM entries WHERE writer = ? ORDER BY seq", (writer,)
            )
            return [(int(seq), str(kind), str(body)) for seq, kind, body in found]

    def head(self, writer: str) -> int:
        return SqlCalls(self.place.database().engine).writers()[writer].seq

    def one_of(self, writer: str, kinds: Sequence[str] = (), *, but_last: int = 0) -> int:
        rows = self.rows(writer)
        return self.chance.choice(
            [seq for seq, kind, _ in rows[: len(rows) - but_last] if kind in kinds or not kinds]
        )

    def verify(self, *, anchored: bool) -> Report:
        database, trusted = self.place.database(), Trust([SIGNER.public])
        anchors = Anchors(self.anchors, database.installation, trusted) if anchored else None
        calls, acts = SqlCalls(database.engine), SqlActs(database.engine)
        known = Known(trusted, anchors)
        return Verifier(calls, acts, database.installation, self.place.data, lambda _: None, known).run()

    # ------------------------------------------------------------ what may be done to it

    def sql(self, *statements: tuple[str, tuple[object, ...]]) -> None:
        with writing(self.place.database().engine) as connection:
            for statement, values in statements:
                connection.exec_driver_sql(statement, values)

    def without_spool(self, writer: str) -> None:
        for path in (self.place.data / "spool" / writer).glob("*.log"):
            path.unlink()

    def chained_anew(self, writer: str, first: int, change: Callable[[int, str, str], str]) -> None:
        """Every entry from `first` on with the hashes that belong to it, as if nothing had happened."""
        with writing(self.place.database().engine) as connection:
            digest = self._hash_before(connection, writer, first)
            for seq, kind, body in self.rows(writer):
                if seq < first:
                    continue
                head, _, rest = body.partition('"prev":"')
                changed = change(seq, kind, f'{head}"prev":"{digest}"{rest[65:]}')
                digest = sha256(changed.encode()).hexdigest()
                connection.exec_driver_sql(
                    "UPDATE entries SET body = ?, hash = ? WHERE writer = ? AND seq = ?",
                    (changed, digest, writer, seq),
                )
            connection.exec_driver_sql("UPDATE shipped SET hash = ? WHERE writer = ?", (digest, writer))
        self.without_spool(writer)

    def cut(self, writer: str, last: int) -> None:
        """Nothing after `last` was ever there."""
        with writing(self.place.database().engine) as connection:
            digest = self._hash_before(connection, writer, last + 1)
            for statement in (
                "DELETE FROM entries WHERE writer = ? AND seq > ?",
                "DELETE FROM calls WHERE writer = ? AND intent_seq > ?",
                "DELETE FROM acts WHERE writer = ? AND act_seq > ?",
            ):
                connection.exec_driver_sql(statement, (writer, last))
            for row in connection.exec_driver_sql(
                "SELECT id FROM calls WHERE writer = ? AND outcome_seq > ?", (writer, last)
            ).all():
                _reopen(
                    connection,
                    "calls",
                    "outcome_seq, ended_at, ending, provider, region, target, tier, batch, "
                    "estimated, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens, reasoning_tokens, "
                    "audio_input_tokens, audio_output_tokens, images, reserved_nano_usd, price_version, input_tokens, "
                    "output_tokens, cost_nano_usd, regions, entities",
                    row.id,
                )
            for row in connection.exec_driver_sql(
                "SELECT id FROM acts WHERE writer = ? AND acted_seq > ?", (writer, last)
            ).all():
                _reopen(connection, "acts", "acted_seq, ended_at, ending, reason, result", row.id)
            connection.exec_driver_sql(
                "UPDATE shipped SET seq = ?, hash = ? WHERE writer = ?", (last, digest, writer)
            )
        self.without_spool(writer)

    def without(self, writer: str) -> None:
        """The writer never was."""
        self.sql(
            *(
                (f"DELETE FROM {table} WHERE {column} = ?", (writer,))
                for table, column in (
                    ("entries", "writer"),
                    ("calls", "writer"),
                    ("acts", "writer"),
                    ("shipped", "writer"),
                    ("writers", "id"),
                )
            )
        )
        shutil.rmtree(self.place.data / "spool" / writer, ignore_errors=True)

    def _hash_before(self, connection: Connection, writer: str, seq: int) -> str:
        if seq == 1:
            return sha256(f"genesis\n{self.place.database().installation}\n{writer}".encode()).hexdigest()
        found = connection.exec_driver_sql(
            "SELECT hash FROM entries WHERE writer = ? AND seq = ?", (writer, seq - 1)
        )
        return str(found.scalar_one())


def _reopen(connection: Connection, table: str, columns: str, row_id: str) -> None:
    nothing = ", ".join(f"{column.strip()} = NULL" for column in columns.split(","))
    connection.exec_driver_sql(f"UPDATE {table} SET {nothing} WHERE id = ?", (row_id,))


def signed_by_forger(
    installation: str, writer: str, hash_of: Callable[[int], str]
) -> Callable[[int, str, str], str]:
    """Checkpoints of the changed chain, with a key of their own."""

    def change(seq: int, kind: str, body: str) -> str:
        envelope = open_envelope(body.encode())
        assert envelope is not None
        entry = decode(envelope.entry)
        if not isinstance(entry, Checkpoint):
            return body
        stated = stated_by(installation, writer, entry)
        heads = {**stated.heads, writer: (stated.heads[writer][0], hash_of(stated.heads[writer][0]))}
        again = signed(FORGER, installation, writer, stated.at, heads)
        made = Checkpoint(
            id=entry.id, at=entry.at, key=SIGNER.id, heads=again.heads, signature=again.signature
        )
        return body.replace(bytes(envelope.entry).decode(), encode(made).decode())

    return change


async def make(folder: Path, chance: random.Random) -> Logged:
    """Two gateways side by side, commands beside them; signed now and then, anchored each time."""
    made, clock = Logged(folder, chance), SystemClock()
    made.place.data.mkdir(parents=True)
    kept = Kept(made.anchors)
    with ThreadPoolExecutor(2) as executor:
        logs = [await AuditLog.open(made.place.booting()) for _ in range(2)]
        notaries = [notary_of(made.place, log, kept, executor, clock) for log in logs]
        for turn in range(6):
            for log, notary in zip(logs, notaries, strict=True):
                for number in range(chance.randrange(1, 5)):
                    await log.append(intent(f"{log.writer}-{turn}-{number}"))
                    await log.append(outcome(f"{log.writer}-{turn}-{number}"))
                await shipped(log)
                await notary.round(last=True)
            commands = DirectLog.open(made.place.booting())
            commands.append(act(f"act_{turn}"), acted(f"act_{turn}"))
            commands.close()
            if turn == 2:
                made.place.close()
                shutil.copytree(made.place.data, folder / "older")
        for log, notary in zip(logs, notaries, strict=True):
            await notary.round(last=True)
            await log.append(intent(f"{log.writer}-late"))  # after the last checkpoint
            await log.append(outcome(f"{log.writer}-late"))
            await log.close()
    made.place.close()
    return made


async def shipped(log: AuditLog) -> None:
    clock = SystemClock()
    while log.lag:
        await clock.sleep(0.01)


def notary_of(
    place: Place, log: AuditLog, kept: Kept, executor: ThreadPoolExecutor, clock: SystemClock
) -> Notary:
    calls = SqlCalls(place.database().engine)
    signing = Signing(place.database().installation, calls.writers, lambda: SIGNER, place.new_id)
    anchoring = Anchoring(kept.post, executor, clock.monotonic, lambda: ())
    anchor = Anchor(None, "https://anchors.example.com", 1.0)
    return Notary(log, signing, lambda: [anchor], anchoring, executor, clock)
