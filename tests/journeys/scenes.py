"""A row of the ending matrix, the scene it is played in, and what its caller does there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from tests.journeys.plays import Play
from tests.journeys.provider import Provider
from tests.journeys.voices import Voice
from tests.parts.gateway_inside import GatewayInside
from tests.parts.http_client import HttpClient

Connection = Literal["kept", "closed", "none"]
Whose = Literal["none", "reported", "estimated", "either"]
"""Either: estimated, or none."""


@dataclass(frozen=True)
class Scene:
    """Where a row is played."""

    gateway: GatewayInside
    provider: Provider
    client: HttpClient
    voice: Voice
    stream: bool
    row: Row

    def send(self) -> None:
        body = self.voice.request(self.row.model, stream=self.stream)
        path = self.voice.where(self.row.model, stream=self.stream)
        self.client.ask(path, self.row.body or body, self.row.headers)


Act = Callable[[Scene], Awaitable[None]]


async def reads(scene: Scene) -> None:
    scene.send()
    await scene.client.finished()


async def leaves_while_asking(scene: Scene) -> None:
    scene.client.begin(scene.voice.where(scene.row.model, stream=scene.stream), 1000)
    scene.client.send_raw(b"{")
    await scene.gateway.in_a_call()
    scene.client.leave()


async def leaves_once_the_provider_works(scene: Scene) -> None:
    scene.send()
    await scene.provider.next_ask()
    scene.client.leave()


async def leaves_midstream(scene: Scene) -> None:
    scene.send()
    await scene.client.seen(b"one")
    scene.client.leave()


async def stops_reading(scene: Scene) -> None:
    """Until the gateway has given up on it."""
    scene.send()
    await scene.client.seen(b"one")
    scene.client.pause()
    await scene.provider.gone()


@dataclass(frozen=True)
class Row:
    """One way to end. `status` None: the caller is gone, or sees a cut connection.

    `provider` None: it must never be asked. `results` are the attempts in the record. `usage` is
    whose figures the record has. `connection`: what becomes of the provider's.
    """

    name: str
    ending: str
    provider: Play | None
    status: int | None
    results: tuple[str, ...] = ()
    usage: Whose = "none"
    connection: Connection = "none"
    act: Act = reads
    model: str = "plain"
    headers: dict[str, str] | None = None
    body: bytes | None = None
    forms: tuple[str, ...] = ("json", "stream")
    midstream: bool = False
    answer_headers: tuple[tuple[str, str], ...] = ()
