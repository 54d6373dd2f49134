"""The process and those beside it, as administrators are told of them."""

from __future__ import annotations

from pydantic import Field

from gateway.admin.words import Time, Told


class PolicyHere(Told):
    revision: str
    since: Time
    faults: int = Field(description="How many keep the folder from being in force.")
    off: list[str] = Field(description="Providers that are off.")


class AnchorHere(Told):
    """A place outside that keeps signed heads of the log."""

    place: str = Field(description="A file, or the host of an address.")
    kept: Time | None = Field(description="When the newest heads that it keeps were signed.")
    fault: str | None = Field(description="Why it did not get newer ones; null: it did.")


class AuditHere(Told):
    writer: str = Field(description="The chain that this process writes.")
    healthy: bool = Field(description="Whether the last write to the spool worked. If not, no call is taken.")
    waiting: int = Field(description="Entries that are durable here and not in the database yet.")
    signed_at: Time | None = Field(description="When where the chains stand was signed last.")
    fault: str | None = Field(description="Why that can't be done; null: it can.")
    anchors: list[AnchorHere]


class DatabaseHere(Told):
    healthy: bool
    answer_ms: float | None = Field(description="How long it took to answer; null: it did not.")


class LedgerHere(Told):
    """What counts limits and budgets."""

    shared: bool = Field(description="Whether in Redis, with other processes.")
    healthy: bool = Field(
        description="Whether it counts now. If not, each entry does what its on_store_failure says."
    )
    trouble: str | None = Field(description="Why it last did not; null: it always did.")
    open: int = Field(description="Calls and attempts of this process that something is held for.")


class Issuer(Told):
    """An identity provider of the policy."""

    name: str
    healthy: bool = Field(description="Whether keys of it are known, and the last fetch worked.")
    known: bool = Field(description="Whether keys of it are known: then its tokens are taken.")
    fetched_s_ago: int | None


class ProcessTold(Told):
    """A process of this installation that was seen in the last 15 seconds."""

    host: str
    pid: int
    writer: str
    started_at: Time
    seen_at: Time
    revision: str
    since: Time
    faults: int


class SystemStatus(Told):
    """`healthy`: each part is, and each process runs the same revision."""

    healthy: bool
    version: str
    installation: str
    at: Time
    calls: int = Field(description="Running now, in this process.")
    policy: PolicyHere
    audit: AuditHere
    database: DatabaseHere
    ledger: LedgerHere
    issuers: list[Issuer]
    processes: list[ProcessTold]
