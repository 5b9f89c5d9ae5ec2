"""A node on loopback that a test plays by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

import holdfast
from holdfast import Bounds, Holdfast, Times

Frame = dict[str, Any]


class Peer:
    """A connection of a client, on the node's side."""

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket

    async def says(self, type_: str, **members: Any) -> None:
        await self.socket.send(json.dumps({"type": type_} | members))

    async def takes(self, type_: str) -> Frame:
        """Returns the next frame of that type."""
        while True:
            frame: Frame = json.loads(await asyncio.wait_for(self.socket.recv(), 60))
            if frame["type"] == type_:
                return frame

    async def welcomes(self, session: str = "s1", resumed: bool = False) -> Frame:
        hello = await self.takes("hello")
        limits = {"frame": 65536, "channels": 256, "publishRate": 100}
        await self.says(
            "welcome", session=session, resumed=resumed, heartbeat=25, limits=limits, time=0
        )
        for channel in ("tenant", "user:ann", f"session:{session}"):
            await self.reads(channel)
        return hello

    async def reads(self, channel: str) -> None:
        await self.says("subscribed", channel=channel, epoch="e1", seq=0, recovered=True)
        await self.says("live", channel=channel, epoch="e1", seq=0)

    async def answers(self, type_: str, data: Any) -> Frame:
        frame = await self.takes(type_)
        await self.says("reply", id=frame["id"], data=data)
        return frame

    async def event(self, seq: int, channel: str = "tenant", data: Any = None) -> None:
        data = seq if data is None else data
        await self.says("event", channel=channel, epoch="e1", seq=seq, at=1, event="e", data=data)


class FakeNode:
    def __init__(self) -> None:
        self.peers: asyncio.Queue[Peer] = asyncio.Queue()
        self.refusal: Response | None = None
        self.url = ""

    async def handle(self, socket: ServerConnection) -> None:
        peer = Peer(socket)
        await self.peers.put(peer)
        await socket.wait_closed()

    def process(self, socket: ServerConnection, request: Request) -> Response | None:
        refusal, self.refusal = self.refusal, None
        return refusal

    def refuses(self, status: int, body: bytes) -> None:
        self.refusal = Response(status, "No", Headers({"Content-Length": str(len(body))}), body)

    async def peer(self) -> Peer:
        return await asyncio.wait_for(self.peers.get(), 60)


@asynccontextmanager
async def fake_node(protocols: bool = True) -> AsyncIterator[FakeNode]:
    node = FakeNode()
    subprotocols = [Subprotocol("holdfast.v1")] if protocols else None
    async with serve(
        node.handle,
        "127.0.0.1",
        0,
        subprotocols=subprotocols,
        process_request=node.process,
        close_timeout=0.1,
        ping_interval=None,
    ) as server:
        node.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield node


async def until(condition: Callable[[], bool]) -> None:
    async def wait() -> None:
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)

    await asyncio.wait_for(wait(), 60)


def run(test: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """Makes a test of a coroutine, within two minutes."""

    def plain() -> None:
        async def limited() -> None:
            await asyncio.wait_for(test(), 120)

        asyncio.run(limited())

    plain.__name__ = getattr(test, "__name__", "test")
    return plain


__all__ = ["ConnectionClosed", "FakeNode", "Peer", "fake_node", "run", "until"]


FAST = Times(first_wait=0.01, longest_wait=0.05, steady=10, ack=0.05, retry=0.01, attempt=1)


def connect(
    node: FakeNode,
    times: Times = FAST,
    bounds: Bounds = Bounds(),
    store: holdfast.Store | None = None,
    token: holdfast.Token = "t",
) -> Holdfast:
    return holdfast.connect(node.url, token=token, times=times, bounds=bounds, store=store)
