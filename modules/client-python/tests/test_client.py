"""The client on a real loop and real sockets, against a node that the test plays."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from pathlib import Path

import pytest
from fake import FakeNode, Peer, connect, fake_node, run, until

import holdfast
from holdfast import Bounds, Event, FileStore, Gap, HoldfastError, State


async def subscribed(node: FakeNode, channel: str = "topic:news") -> Peer:
    peer = await node.peer()
    await peer.welcomes()
    await peer.answers("subscribe", {"epoch": "e1", "seq": 0})
    await peer.reads(channel)
    return peer


@run
async def test_reads_publishes_and_asks() -> None:
    async with fake_node() as node, connect(node) as hf:
        news = hf.channel("topic:news")
        events = news.events()
        peer = await subscribed(node)
        await hf.online()
        await events.ready
        publication = news.publish("note", {"text": "hi"})
        assert (publication.state, hf.pending) == ("sending", 1)
        frame = await peer.answers("publish", {"epoch": "e1", "seq": 1, "duplicate": False})
        assert (frame["n"], frame["data"]) == (1, {"text": "hi"})
        stored = await publication
        assert (stored.cursor, publication.state, hf.pending) == (("e1", 1), "stored", 0)
        await peer.event(1, "topic:news")
        assert (await events.__anext__()).data == 1
        quote = asyncio.create_task(hf.request("billing", "quote", {"items": 3}))
        await peer.answers("request", {"total": 7})
        assert await quote == {"total": 7}
        greeting = hf.user.publish("seen")
        assert (await peer.answers("publish", {"duplicate": False}))["channel"] == "user:ann"
        await greeting
        assert hf.session_info is not None and hf.session_info.id == "s1"


@run
async def test_a_loop_that_is_left_ends_the_subscription() -> None:
    async with fake_node() as node, connect(node) as hf:

        async def read() -> None:
            async for event in hf.channel("topic:news").events():
                if event.data == 2:
                    break

        reading = asyncio.create_task(read())
        peer = await subscribed(node)
        await peer.event(1, "topic:news")
        await peer.event(2, "topic:news")
        assert (await peer.takes("unsubscribe"))["channel"] == "topic:news"
        await reading


@run
async def test_the_cursor_moves_when_all_readers_have_handled_an_event() -> None:
    async with fake_node() as node, connect(node) as hf:
        slow = asyncio.Event()

        async def handler(data: object, event: Event) -> None:
            if data == 2:
                await slow.wait()

        hf.tenant.on("e", handler)
        seen: list[object] = []
        hf.tenant.on(None, lambda data, event: seen.append(data))
        peer = await node.peer()
        await peer.welcomes()
        for seq in (1, 2, 3):
            await peer.event(seq)
        assert (await peer.takes("ack"))["cursors"] == {"tenant": ["e1", 1]}
        assert seen == [1, 2, 3], "the other reader does not wait"
        slow.set()
        assert (await peer.takes("ack"))["cursors"] == {"tenant": ["e1", 3]}


@run
async def test_a_handler_that_raises_stops_no_other_event() -> None:
    async with fake_node() as node, connect(node) as hf:
        seen: list[object] = []

        def handler(data: object, event: Event) -> None:
            seen.append(data)
            raise LookupError("as tests want it")

        hf.tenant.on("e", handler)
        hf.on_state(lambda state: 1 / 0)
        peer = await node.peer()
        await peer.welcomes()
        await peer.event(1)
        await peer.event(2)
        await until(lambda: seen == [1, 2])


@run
async def test_a_gap_is_reported_behind_the_events_before_it() -> None:
    async with fake_node() as node, connect(node) as hf:
        order: list[object] = []
        go_on = asyncio.Event()

        async def handler(data: object, event: Event) -> None:
            await go_on.wait()
            order.append(data)

        hf.tenant.on("e", handler)
        hf.tenant.on_gap(lambda gap: order.append(gap))
        peer = await node.peer()
        await peer.welcomes()
        await peer.event(1)
        await peer.says(
            "gap", channel="tenant", **{"from": ["e1", 1], "to": ["e1", 9]}, reason="trimmed"
        )
        await peer.says("ping")
        await peer.takes("pong")
        assert order == []
        go_on.set()
        await until(lambda: order == [1, Gap("tenant", ("e1", 1), ("e1", 9), "trimmed")])  # type: ignore[arg-type]
        assert (await peer.takes("ack"))["cursors"] == {"tenant": ["e1", 9]}


@run
async def test_a_connection_is_not_read_while_events_wait_for_readers() -> None:
    async with fake_node() as node, connect(node, bounds=Bounds(events=10)) as hf:
        events = hf.tenant.events()
        peer = await node.peer()
        await peer.welcomes()
        for seq in range(1, 41):
            await peer.event(seq)
        await peer.says("ping")
        await asyncio.sleep(0.2)
        assert len(events._box.queue) == 10
        for seq in range(1, 41):
            assert (await events.__anext__()).data == seq
        await peer.takes("pong")


@run
async def test_readers_get_the_refusal_of_their_channel() -> None:
    async with fake_node() as node, connect(node) as hf:
        codes: list[str] = []
        news = hf.channel("topic:news")
        news.on_unsubscribed(codes.append)
        events = news.events()
        peer = await node.peer()
        await peer.welcomes()
        frame = await peer.takes("subscribe")
        await peer.says("error", id=frame["id"], code="forbidden", message="m", retryable=False)
        with pytest.raises(HoldfastError, match="forbidden"):
            await events.__anext__()
        events = news.events(start="earliest")
        assert (await peer.answers("subscribe", {}))["from"] == "earliest"
        await peer.event(1, "topic:news")
        await peer.says("unsubscribed", channel="topic:news", code="service")
        assert (await events.__anext__()).data == 1
        with pytest.raises(HoldfastError, match="service"):
            await events.__anext__()
        await until(lambda: codes == ["service"])


@run
async def test_a_stop_by_the_server_reaches_everybody() -> None:
    async with fake_node() as node, connect(node) as hf:
        events = hf.tenant.events()
        peer = await node.peer()
        await peer.welcomes()
        await hf.online()
        note = hf.channel("topic:a").publish("note", 1)
        await peer.takes("publish")
        await peer.socket.close(4504, "revoked")
        with pytest.raises(HoldfastError, match="stopped"):
            await note
        with pytest.raises(HoldfastError, match="stopped"):
            await events.__anext__()
        with pytest.raises(HoldfastError, match="stopped"):
            await hf.request("billing", "quote")
        with pytest.raises(HoldfastError, match="stopped"):
            await hf.online()
        assert (hf.state.kind, hf.state.error) == ("stopped", "revoked")


@run
async def test_leaving_waits_for_publications_but_not_if_something_failed() -> None:
    async with fake_node() as node:
        async with connect(node) as hf:
            note = hf.channel("topic:a").publish("note", 1)
            peer = await node.peer()
            await peer.welcomes()

            async def answer() -> None:
                await asyncio.sleep(0.1)
                await peer.answers("publish", {"duplicate": False})

            answering = asyncio.create_task(answer())
        await answering
        assert note.state == "stored"
        with pytest.raises(LookupError):
            async with connect(node) as hf:
                note = hf.channel("topic:a").publish("note", 1)
                await (await node.peer()).welcomes()
                raise LookupError
        assert note.state == "failed"


@run
async def test_a_session_goes_on_in_another_client_by_its_store() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "session.json"
        async with fake_node() as node:
            async with connect(node, store=FileStore(path)) as hf:
                events = hf.channel("topic:news").events()
                old = hf.channel("topic:old").events()
                peer = await subscribed(node)
                await peer.answers("subscribe", {"epoch": "e1", "seq": 0})
                await peer.reads("topic:old")
                await peer.event(1, "topic:news")
                await peer.event(2, "topic:news")
                await old.ready
                await events.__anext__()
                await events.__anext__()  # The first is handled now; the second is not.
                hf.channel("topic:a").publish("note", "kept", persist=True)
                hf.channel("topic:a").publish("note", "not kept")
                await peer.takes("publish")
                await hf.close()
            async with connect(node, store=FileStore(path)) as hf:
                events = hf.channel("topic:news").events()
                peer = await node.peer()
                hello = await peer.welcomes(resumed=True)
                assert hello["resume"] == "s1"
                assert hello["channels"]["topic:news"] == ["e1", 1]
                frame = await peer.answers("publish", {"duplicate": True})
                assert (frame["n"], frame["data"]) == (1, "kept")
                left = await peer.answers("unsubscribe", {})
                assert left["channel"] == "topic:old", "nobody reads it here"
                await until(lambda: hf.pending == 0)
            assert json.loads(path.read_text())["unanswered"] == []


@run
async def test_stores_that_fail_are_named_and_the_client_works_without() -> None:
    class Full:
        def load(self) -> str | None:
            return None

        def save(self, text: str) -> None:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            pass

    async def works(store: holdfast.Store) -> None:
        states: list[State] = []
        client = connect(node, store=store)
        client.on_state(states.append)
        async with client:
            note = client.channel("topic:a").publish("note", 1, persist=True)
            peer = await node.peer()
            assert "resume" not in await peer.welcomes()
            await peer.answers("publish", {"duplicate": False})
            await note
            await until(lambda: "store_failed" in [state.error for state in states])

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "session.json"
        async with fake_node() as node:
            await works(Full())
            await works(FileStore(Path(folder) / "none" / "session.json"))
            for text in (
                "no JSON",
                "[]",
                "{}",
                '{"version":2}',
                '{"version":1,"channels":{"a":1}}',
            ):
                path.write_text(text)
                await works(FileStore(path))
                assert path.read_text() == text, "what can't be read is not overwritten"
            path.unlink()
            used = FileStore(path)
            used.load()
            await works(FileStore(path))
            used.close()


def test_addresses_that_are_none_are_refused_at_once() -> None:
    for bad in (["", "http://host"], ["host:8080"], ["ws://"], list[str]()):
        with pytest.raises(ValueError):
            holdfast.connect(bad, token="t")


@run
async def test_an_end_is_confirmed_by_the_node() -> None:
    async with fake_node() as node, connect(node) as hf:
        peer = await node.peer()
        await peer.welcomes()
        await hf.online()
        ending = asyncio.create_task(hf.end())
        await peer.takes("close")
        await peer.socket.close(4503, "ended")
        await ending
        assert (hf.state.kind, hf.state.code) == ("stopped", 4503)


@run
async def test_closing_does_not_wait_for_a_peer_that_is_silent() -> None:
    async with fake_node() as node, connect(node) as hf:
        peer = await node.peer()
        await peer.welcomes()
        await hf.online()
        peer.socket.transport.pause_reading()
        begun = time.monotonic()
        await hf.close()
        assert time.monotonic() - begun < 6
