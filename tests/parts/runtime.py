"""What stages may use, as fakes that a test can look into: time, chance, keys, people, prices,
providers, the audit log and the journal. Nothing here waits unless it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from gateway.alerts.event import Event
from gateway.audit.appended import Appended
from gateway.audit.content import Sealer
from gateway.audit.entry import Entry, Intent, Outcome, encode
from gateway.errors import SpoolUnavailable, UpstreamFault
from gateway.identity.faults import BadToken, KeysUnavailable
from gateway.identity.person import Person
from gateway.ledger.demands import Freeze, Increases
from gateway.ledger.exhausted import Exhausted
from gateway.policy.price import Price
from gateway.policy.snapshot import Policy
from gateway.runtime import Bounds, Runtime
from gateway.stores.contents import ContentRow
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.key_records import KeyRecord
from gateway.stores.ownership import KeptObject
from gateway.upload import Upload
from gateway.upstream.interface import Incoming, Outgoing, Upstream
from gateway.upstream.rates import Rates
from tests.parts.detection import FakeDetection
from tests.parts.guards import FakeGuards
from tests.parts.ledgers import CountingLedger

NOON_MS = 1_800_000_000_000
RATES = Rates(input=1_000_000_000, output=2_000_000_000)
"""One and two dollars per million tokens."""


@dataclass
class FakeClock:
    """Sleeping takes no time and is remembered."""

    ms: int = NOON_MS
    seconds: float = 100.0
    slept: list[float] = field(default_factory=list)

    def now_ms(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)


class FakeChance:
    """Ids count up; fractions are those given, the last for ever."""

    def __init__(self, *fractions: float) -> None:
        self._fractions = list(fractions) or [0.5]
        self.ids = 0

    def call_id(self, at_ms: int) -> str:
        self.ids += 1
        return f"call-{self.ids}"

    def fraction(self) -> float:
        return self._fractions.pop(0) if len(self._fractions) > 1 else self._fractions[0]


@dataclass
class FakeKeys:
    """`down`: the database can't be asked."""

    records: dict[str, KeyRecord] = field(default_factory=dict)
    down: bool = False
    remembered: bool = False
    """Whether they are known without asking."""

    def known(self, key: str) -> KeyRecord | None:
        return self.records.get(key) if self.remembered else None

    disabled: set[str] = field(default_factory=set)

    async def find(self, key: str) -> KeyRecord | None:
        if self.down:
            raise StoreUnavailable("down")
        return self.records.get(key)

    def current(self, record: KeyRecord) -> KeyRecord | None:
        return next((each for each in self.records.values() if each.hash == record.hash), None)


@dataclass
class FakeUses:
    """By a key's id, when it was used last."""

    noted: dict[str, int] = field(default_factory=dict)

    def note(self, key_id: str, at_ms: int) -> None:
        self.noted[key_id] = at_ms


@dataclass
class FakeIdentities:
    """Whom each token proves. `down`: the issuer's keys can't be had."""

    people: dict[str, Person] = field(default_factory=dict)
    down: bool = False
    remembered: bool = False
    """Whether they were verified before."""

    def known(self, token: str, policy: Policy, now_ms: int) -> Person | None:
        return self.people.get(token) if self.remembered else None

    async def verify(self, token: str, policy: Policy, now_ms: int) -> Person:
        if self.down:
            raise KeysUnavailable("down")
        if token not in self.people:
            raise BadToken("signature", "the signature of this token is wrong")
        return self.people[token]


@dataclass
class FakeSubjects:
    """The pseudonym of anna is `user-of-4`. `remembered` are known without asking."""

    remembered: tuple[str, ...] = ()
    down: bool = False

    def known(self, kind: str, name: str) -> str | None:
        return f"{kind}-of-{len(name)}" if name in self.remembered else None

    async def resolve(self, kind: str, name: str) -> str:
        if self.down:
            raise StoreUnavailable("down")
        return f"{kind}-of-{len(name)}"


@dataclass
class FakeObjects:
    """Whose what is. `down`: the database can't be asked."""

    rows: list[KeptObject] = field(default_factory=list)
    down: bool = False

    def _look(self) -> None:
        if self.down:
            raise StoreUnavailable("down")

    async def claim(self, tenant: str, wanted: Sequence[KeptObject]) -> bool:
        self._look()
        owners = {(one.id, one.place.provider): one.tenant for one in self.rows}
        if any(owners.get((one.id, one.place.provider), tenant) != tenant for one in wanted):
            return False
        self.rows += [one for one in wanted if (one.id, one.place.provider) not in owners]
        return True

    async def find(self, tenant: str, ids: Sequence[str]) -> list[KeptObject]:
        self._look()
        return [one for one in self.rows if one.tenant == tenant and one.id in ids]

    async def forget(self, tenant: str, provider: str, object_id: str) -> None:
        self._look()
        gone = tenant, provider, object_id
        self.rows = [one for one in self.rows if (one.tenant, one.place.provider, one.id) != gone]

    async def list(self, tenant: str, provider: str, kind: str, limit: int) -> list[KeptObject]:
        self._look()
        mine = [one for one in self.rows if (one.tenant, one.place.provider) == (tenant, provider)]
        return [one for one in mine if one.kind.partition(":")[0] == kind][:limit]


class FakePrices:
    """`rates` for everything that is not free."""

    def __init__(self, rates: Rates | None = RATES) -> None:
        self._rates = rates

    def rates(
        self,
        dialect: str,
        provider: str,
        base_url: str | None,
        model: str,
        declared: Price | None,
        *,
        free: bool,
    ) -> Rates | None:
        return Rates(input=0, output=0, free=True) if free else self._rates


@dataclass
class FakeMeasures:
    """What people have taken."""

    freezes: tuple[Freeze, ...] = ()
    of_caller: tuple[Freeze, ...] = ()
    asks: frozenset[str] = frozenset({"tag", "network", "end_user"})
    increases: Increases = field(default_factory=dict)


@dataclass
class FakeEvents:
    """What was told."""

    told: list[Event] = field(default_factory=list)

    def tell(self, event: Event) -> None:
        self.told.append(event)


class FakeTokens:
    """Four bytes are a token."""

    def of_text(self, text: str) -> int:
        return -(-len(text.encode()) // 4)

    def of_json(self, body: bytes) -> int:
        return max(1, -(-len(body) // 4))


class FakeAudit:
    """Takes entries; into a database that may be `away`. Kinds in `full` are refused at once, those in `broken` when awaited, and those in
    `slow` never become durable."""

    def __init__(
        self,
        *,
        full: tuple[type[Entry], ...] = (),
        broken: tuple[type[Entry], ...] = (),
        slow: tuple[type[Entry], ...] = (),
        away: bool = False,
    ) -> None:
        self.entries: list[Entry] = []
        self.archivals: list[int] = []
        self._away = away
        self.healthy = True
        self._full, self._broken, self._slow = full, broken, slow

    def append(self, entry: Entry) -> Appended:
        if isinstance(entry, self._full):
            raise SpoolUnavailable("full")
        encode(entry)  # what can't be written as JSON fails here, as in the real log
        appended = Appended(asyncio.get_running_loop().create_future())
        if isinstance(entry, self._broken):
            appended.fail(SpoolUnavailable("broken"))
            return appended
        self.entries.append(entry)
        if not isinstance(entry, self._slow):  # a turn of the loop later, as a thread would tell
            appended.durable.get_loop().call_soon(_tell, appended.durable)
        return appended

    async def archived(self) -> None:
        if self._away:
            raise SpoolUnavailable("the database is away")
        self.archivals.append(len(self.entries))

    @property
    def intents(self) -> list[Intent]:
        return [entry for entry in self.entries if isinstance(entry, Intent)]

    @property
    def outcomes(self) -> list[Outcome]:
        return [entry for entry in self.entries if isinstance(entry, Outcome)]


def _tell(durable: asyncio.Future[None]) -> None:
    if not durable.done():
        durable.set_result(None)


class FakeIncoming:
    """A provider's answer: its chunks in order; a fault among them is raised; after `hangs` it never
    ends."""

    def __init__(
        self,
        *chunks: bytes | UpstreamFault,
        status: int = 200,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
        hangs: bool = False,
    ) -> None:
        self.status = status
        self.headers: Mapping[str, str] = {"content-type": content_type, **(headers or {})}
        self.closed = 0
        self._chunks: Iterator[bytes | UpstreamFault] = iter(chunks)
        self._hangs = hangs

    async def next_chunk(self) -> bytes:
        chunk = next(self._chunks, b"")
        if isinstance(chunk, UpstreamFault):
            raise chunk
        if not chunk and self._hangs:
            await asyncio.get_running_loop().create_future()
        return chunk

    async def read(self, cap_bytes: int) -> bytes:
        body = b""
        while chunk := await self.next_chunk():
            body += chunk
        return body

    def close(self) -> None:
        self.closed += 1


class FakeUpstream:
    """Gives the answers in order, one a request, and remembers the requests."""

    def __init__(self, *answers: Incoming | UpstreamFault | Callable[[], Incoming]) -> None:
        self._answers = iter(answers)
        self.sent: list[Outgoing] = []

    async def send(self, outgoing: Outgoing) -> Incoming:
        self.sent.append(outgoing)
        answer = next(self._answers)
        if isinstance(answer, UpstreamFault):
            raise answer
        return answer() if callable(answer) else answer

    async def aclose(self) -> None:
        """Nothing is open."""


@dataclass
class FakeContents:
    """The key of anna is made of her pseudonym. `down`: the database can't be asked; `full`: the disk is."""

    rows: list[ContentRow] = field(default_factory=list)
    down: bool = False
    full: bool = False

    async def sealer(self, people: tuple[str, ...], key: str) -> Sealer:
        if self.down:
            raise StoreUnavailable("down")
        subjects = people or (f"key-of-{key}",)
        return Sealer(subjects, [sha256(one.encode()).digest() for one in subjects], bytes)

    def keep(self, row: ContentRow) -> None:
        if self.full:
            raise OSError("full")
        self.rows.append(row)


@dataclass
class FakeVault:
    """By tenant and object. `down`: the database can't be asked."""

    kept: dict[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    down: bool = False

    async def keep(
        self, tenant: str, object_id: str, values: Mapping[str, str], people: tuple[str | None, str | None]
    ) -> None:
        self._look()
        self.kept[tenant, object_id] = values

    async def find(self, tenant: str, object_id: str) -> Mapping[str, str] | None:
        self._look()
        return self.kept.get((tenant, object_id))

    async def forget(self, tenant: str, object_id: str) -> None:
        self._look()
        self.kept.pop((tenant, object_id), None)

    def _look(self) -> None:
        if self.down:
            raise StoreUnavailable("down")


class NoUploads:
    """For calls that upload nothing."""

    def open(self) -> Upload:
        raise AssertionError("nothing was to be uploaded")


@dataclass
class FakeJournal:
    faults: list[tuple[str, str, BaseException]] = field(default_factory=list)

    def fault(self, what: str, call: str, error: BaseException) -> None:
        self.faults.append((what, call, error))


@dataclass(frozen=True)
class FakePolicies:
    current: Policy


def make_runtime(policy: Policy, upstream: Upstream | None = None, **changes: Any) -> Runtime:
    """A runtime of fakes; `upstream` stands behind every dialect."""
    behind = upstream or FakeUpstream()
    runtime = Runtime(
        policies=FakePolicies(policy),
        keys=FakeKeys(),
        uses=FakeUses(),
        identities=FakeIdentities(),
        subjects=FakeSubjects(),
        objects=FakeObjects(),
        ledger=CountingLedger(),
        prices=FakePrices(),
        tokens=FakeTokens(),
        upstreams=dict.fromkeys(("openai", "azure", "anthropic", "gemini", "echo"), behind),
        measures=FakeMeasures(),
        exhausted=Exhausted(),
        events=FakeEvents(),
        audit=FakeAudit(),
        contents=FakeContents(),
        clock=FakeClock(),
        chance=FakeChance(),
        journal=FakeJournal(),
        detection=FakeDetection(),
        guards=FakeGuards(),
        vault=FakeVault(),
        uploads=NoUploads(),
        bounds=Bounds(
            body_bytes=10_000,
            upload_bytes=100_000,
            answer_bytes=10_000,
            body_timeout_s=5.0,
            write_stall_s=5.0,
        ),
        trusted_proxies=frozenset(),
    )
    return replace(runtime, **changes)


def kinds(entries: Iterable[Entry]) -> list[str]:
    return [type(entry).__name__ for entry in entries]
