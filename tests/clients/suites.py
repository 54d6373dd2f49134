"""The SDKs' own API tests: which files of them are about what is offered, and what they take for there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

PROVIDERS = ("mock", "mock_2", "mock_3")


class Kept(NamedTuple):
    """An object that tests refer to: the tenant of the suite has it at the mock server, which is several providers
    (`PROVIDERS`), for tests mean different things by the same id."""

    kind: str
    id: str
    provider: str = "mock"


@dataclass(frozen=True)
class Suite:
    """`files` are those about paths that are offered. `key` is what the suite's conftest.py sends as its key.
    `items`: schema of a list → an item called `after`, which the mock server has, for tests that go on from it.
    `not_offered`: what these files ask for besides, method and path."""

    package: str
    key: str
    dialect: str
    files: tuple[str, ...]
    kept: tuple[Kept, ...]
    not_offered: frozenset[str] = frozenset()
    items: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    needs: tuple[str, ...] = ("pytest", "pytest-asyncio", "inline-snapshot", "rich")


_CHATS = "/chat/completions"
OPENAI = Suite(
    package="openai",
    key="My API Key",
    dialect="openai",
    files=(
        "chat/test_completions.py",
        "test_completions.py",
        "test_embeddings.py",
        "test_responses.py",
        "responses/test_input_items.py",
        "test_models.py",
        "test_moderations.py",
        "test_images.py",
        "audio/test_speech.py",
        "audio/test_transcriptions.py",
        "audio/test_translations.py",
        "test_files.py",
        "test_batches.py",
        "fine_tuning/test_jobs.py",
        "fine_tuning/jobs/test_checkpoints.py",
    ),
    kept=(
        Kept("file", "file_id"),
        Kept("file", "file-abc123"),
        Kept("file:batch", "input_file_id"),
        Kept("batch", "batch_id"),
        Kept("fine_tuning_job", "ft-AF1WoRqd3aJAHsqc9NY7iL8F"),
        Kept("response", "response_id"),
        Kept("response", "resp_677efb5139a88190b512bc3fef8e535d"),
        Kept("response", "previous_response_id"),
        Kept("response", "resp_123"),
        Kept("conversation", "string"),
        Kept("prompt", "id"),
        Kept("file", "after"),
        Kept("batch", "after", "mock_2"),
        Kept("fine_tuning_job", "after", "mock_3"),
    ),
    not_offered=frozenset(
        {
            f"GET {_CHATS}",
            f"GET {_CHATS}/{{completion_id}}",
            f"POST {_CHATS}/{{completion_id}}",
            f"DELETE {_CHATS}/{{completion_id}}",
            "POST /responses/compact",
            "DELETE /models/{model}",
        }
    ),
    items={
        "ListFineTuningJobEventsResponse": {
            "object": "fine_tuning.job.event",
            "created_at": 1,
            "level": "info",
            "message": "begun",
        },
        "ListFineTuningJobCheckpointsResponse": {
            "object": "fine_tuning.job.checkpoint",
            "created_at": 1,
            "fine_tuned_model_checkpoint": "ft:m:1",
            "step_number": 1,
            "metrics": {},
            "fine_tuning_job_id": "ft-AF1WoRqd3aJAHsqc9NY7iL8F",
        },
        "ResponseItemList": {"type": "message", "role": "user", "status": "completed", "content": []},
    },
)
ANTHROPIC = Suite(
    package="anthropic",
    key="my-anthropic-api-key",
    dialect="anthropic",
    files=("test_messages.py", "messages/test_batches.py", "test_models.py"),
    kept=(
        Kept("message_batch", "message_batch_id"),
        Kept("message_batch", "after_id"),
        Kept("message_batch", "before_id"),
    ),
    needs=(
        "pytest",
        "pytest-asyncio",
        "inline-snapshot",
        "rich",
        "respx",
        "dirty-equals",
        "time-machine",
        "http-snapshot",
    ),
)
