"""Private channels, on a real loop and real sockets, against a node that the test plays."""

from __future__ import annotations

import asyncio

import pytest
from fake import FakeNode, Peer, fake_node, run, until

import holdfast
from holdfast import Holdfast, HoldfastError, Times

FAST = Times(first_wait=0.01, longest_wait=0.05, steady=10, ack=0.05, retry=0.01, attempt=1)
NAME = "topic:orders/7"


class Backend:
    """Gives tokens one, two, …; raises or refuses if it is told to."""

    def __init__(self) -> None:
        self.asked, self.fails, self.refuses = 0, False, False

    async def token(self) -> str | None:
        self.asked += 1
        if self.fails:
            raise OSError("away")
        return None if self.refuses else f"t{self.asked}"


def connect(node: FakeNode) -> Holdfast:
    return holdfast.connect(node.url, token="t", times=FAST)


async def opened(peer: Peer, seq: int = 0, expires: int = 600_000) -> dict[str, object]:
    """Answers a subscription; returns its frame."""
    data = {"epoch": "e1", "seq": seq, "expiresIn": expires}
    frame = await peer.answers("subscribe", data)
    await peer.says("subscribed", channel=NAME, epoch="e1", seq=seq, recovered=True)
    await peer.says("live", channel=NAME, epoch="e1", seq=seq)
    return frame


@run
async def test_a_token_is_shown_and_renewed_before_it_ends() -> None:
    backend = Backend()
    async with fake_node() as node, connect(node) as hf:
        events = hf.channel(NAME).tokens(backend.token).events()
        peer = await node.peer()
        await peer.welcomes()
        first = await opened(peer, expires=300)
        assert (first["token"], first["from"]) == ("t1", "latest")
        await events.ready
        await peer.event(1, NAME)
        assert (await events.__anext__()).data == 1
        again = await peer.answers("subscribe", {"epoch": "e1", "seq": 1, "expiresIn": 600_000})
        assert (again["token"], again["from"]) == ("t2", ["e1", 1])


@run
async def test_after_its_end_reading_goes_on_behind_the_last_event() -> None:
    backend = Backend()
    ends: list[str] = []
    async with fake_node() as node, connect(node) as hf:
        channel = hf.channel(NAME).tokens(backend.token)
        channel.on_unsubscribed(ends.append)
        events = channel.events()
        peer = await node.peer()
        await peer.welcomes()
        await opened(peer)
        await peer.event(1, NAME)
        await peer.says("unsubscribed", channel=NAME, code="forbidden")
        again = await opened(peer, 1)
        assert (again["token"], again["from"]) == ("t2", ["e1", 1])
        await peer.event(1, NAME)
        await peer.event(2, NAME)
        assert [(await events.__anext__()).data for _ in range(2)] == [1, 2]
        assert ends == []


@run
async def test_a_new_session_shows_another_one() -> None:
    backend = Backend()
    async with fake_node() as node, connect(node) as hf:
        events = hf.channel(NAME).tokens(backend.token).events()
        peer = await node.peer()
        await peer.welcomes()
        await opened(peer)
        await peer.event(4, NAME)
        await events.__anext__()
        await peer.socket.close(4000)
        peer = await node.peer()
        hello = await peer.welcomes("s2")
        if NAME in hello["channels"]:
            await peer.says("unsubscribed", channel=NAME, code="forbidden")
        assert (await opened(peer, 4))["from"] == ["e1", 4]


@run
async def test_a_backend_that_is_away_is_asked_again() -> None:
    backend = Backend()
    backend.fails = True
    async with fake_node() as node, connect(node) as hf:
        events = hf.channel(NAME).tokens(backend.token).events()
        peer = await node.peer()
        await peer.welcomes()
        await until(lambda: backend.asked >= 2)
        backend.fails = False
        await opened(peer)
        await events.ready


@run
async def test_what_is_not_for_this_client_ends_by_name() -> None:
    backend = Backend()
    ends: list[str] = []
    async with fake_node() as node, connect(node) as hf:
        channel = hf.channel(NAME).tokens(backend.token)
        channel.on_unsubscribed(ends.append)
        events = channel.events()
        peer = await node.peer()
        await peer.welcomes()
        await opened(peer)
        await events.ready
        backend.refuses = True
        await peer.says("unsubscribed", channel=NAME, code="forbidden")
        with pytest.raises(HoldfastError, match="not read any more"):
            await events.__anext__()
        await until(lambda: ends == ["forbidden"])
        refused = channel.events()
        with pytest.raises(HoldfastError, match="no token"):
            await asyncio.wait_for(asyncio.shield(refused.ready), 5)


@run
async def test_a_refused_token_that_may_be_old_is_followed_by_another() -> None:
    backend = Backend()
    async with fake_node() as node, connect(node) as hf:
        events = hf.channel(NAME).tokens(backend.token).events()
        peer = await node.peer()
        await peer.welcomes()
        frame = await peer.takes("subscribe")
        await peer.says(
            "error", id=frame["id"], code="unauthorized", message="token: expired", retryable=False
        )
        assert (await opened(peer))["token"] == "t2"
        await events.ready


@run
async def test_a_client_that_stops_leaves_nobody_waiting() -> None:
    backend = Backend()
    backend.fails = True
    async with fake_node() as node, connect(node) as hf:
        events = hf.channel(NAME).tokens(backend.token).events()
        peer = await node.peer()
        await peer.welcomes()
        await hf.online()
    with pytest.raises(HoldfastError):
        await asyncio.wait_for(asyncio.shield(events.ready), 5)
