"""`audit`: what the log keeps of a call and how hard it holds on to it."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from gateway.policy.models.block import Block


class AuditEntry(Block):
    """What is kept of a call, and how hard."""

    model_config = ConfigDict(title="Audit")

    content: Literal["none"] = Field(
        default="none", description="What is kept of prompts and answers: none. Default none."
    )
    durability: Literal["before_reply", "batched"] = Field(
        default="before_reply",
        description="before_reply: an entry is on disk before the provider is called and before the "
        "answer ends. batched: within moments; faster, and a crash may lose the newest. Default before_reply.",
    )
    fsync: bool = Field(
        default=False,
        description="true: an entry survives a power cut too, for the price of a disk flush. Default false.",
    )
