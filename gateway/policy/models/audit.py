"""`audit`: what the log keeps of a call, for how long, and how hard it holds on to it."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from gateway.policy.models.block import Block
from gateway.policy.models.match import MatchEntry
from gateway.policy.models.texts import FilePath, RuleName, WebAddress
from gateway.policy.models.units import Span

Content = Literal["none", "redacted", "sealed"]


class RetentionEntry(Block):
    """How long things are kept."""

    model_config = ConfigDict(title="Retention")

    entries: Span | None = Field(
        default=None,
        description="Calls in the log, with all that is kept of them; acts stay. Absent: for ever.",
        examples=["400d"],
    )
    content: Span | None = Field(
        default=None, description="Prompts and answers. Absent: as long as the call.", examples=["30d"]
    )
    feedback: Span | None = Field(
        default=None, description="Feedback and outcomes. Absent: for ever.", examples=["180d"]
    )

    @model_validator(mode="after")
    def _keeps_no_content_without_its_entry(self) -> Self:
        if self.entries is not None and self.content is not None and self.content > self.entries:
            raise ValueError("`content` can't be kept longer than `entries`, which say whose it is")
        return self


class AnchorEntry(Block):
    """A place outside that keeps signed heads of the log, so that a cut tail is found."""

    model_config = ConfigDict(title="Anchor")

    file: FilePath | None = Field(
        default=None,
        description="A file, by its absolute path, to which heads are appended.",
        examples=["/var/audit/anchors.jsonl"],
    )
    url: WebAddress | None = Field(
        default=None,
        description="An address to which heads are sent, in place of a file.",
        examples=["https://anchors.example.com/heads"],
    )
    every: Span = Field(description="How often.", examples=["1m"])

    @model_validator(mode="after")
    def _is_one_place(self) -> Self:
        if (self.file is None) == (self.url is None):
            raise ValueError("an anchor is one place: say `file` or `url`, one of the two")
        return self


class ContentRuleEntry(Block):
    """What is kept of some calls."""

    model_config = ConfigDict(title="Content rule")

    name: RuleName = Field(description="Its name, in records.", examples=["legal-holds-nothing"])
    match: MatchEntry = Field(description="Which calls it is about.", examples=[{"team": "legal"}])
    content: Content = Field(
        description="What is kept of them. Where several rules match, the one that keeps least.",
        examples=["none"],
    )


class AuditEntry(Block):
    """What is kept of a call, and how hard."""

    model_config = ConfigDict(title="Audit")

    content: Content = Field(
        default="none",
        description="What is kept of prompts and answers: none; redacted, as privacy left them; sealed, as they "
        "came. Both are encrypted under the subject's key. Default none.",
        examples=["redacted"],
    )
    durability: Literal["before_reply", "batched", "database"] = Field(
        default="before_reply",
        description="before_reply: an entry is on disk before the provider is called and before the answer ends. "
        "batched: within moments; faster, and a crash may lose the newest. database: in the database too, "
        "at both moments. Default before_reply.",
        examples=["before_reply"],
    )
    fsync: bool = Field(
        default=False,
        description="true: an entry survives a power cut too, for the price of a disk flush. Default false.",
        examples=[True],
    )
    retention: RetentionEntry = Field(default_factory=RetentionEntry, description="How long what is kept.")
    anchors: tuple[AnchorEntry, ...] = Field(
        default=(), description="Places outside that keep signed heads of the log. Absent: none."
    )
    rules: tuple[ContentRuleEntry, ...] = Field(
        default=(), description="What is kept of some calls, in place of `content`."
    )
