"""Nodes, frames and token functions that are not as they should be."""

from __future__ import annotations

import asyncio

from fake import FAST, FakeNode, connect, fake_node, run, until

import holdfast
from holdfast import Holdfast, State, Times


async def first_error(node: FakeNode, client: Holdfast, name: str) -> State:
    states: list[State] = []
    client.on_state(states.append)
    async with client:
        await until(lambda: any(state.error for state in states))
        state = next(state for state in states if state.error)
        assert state.error == name, state
        await (await node.peer()).welcomes()
        await client.online()
    return state


@run
async def test_what_is_no_node_is_named_and_tried_again() -> None:
    async with fake_node() as node:
        node.refuses(502, b"<html>Bad Gateway</html>")
        state = await first_error(node, connect(node), "upgrade_refused")
        assert "502" in state.reason
        node.refuses(200, b"<html>Hello</html>")
        await first_error(node, connect(node), "upgrade_refused")

    async def garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
        writer.close()

    async with fake_node() as node:
        server = await asyncio.start_server(garbage, "127.0.0.1", 0)
        other = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        client = holdfast.connect([other, node.url], token="t", times=FAST)
        await first_error(node, client, "connect_failed")
        server.close()
    async with fake_node(protocols=False) as none, fake_node() as node:
        client = holdfast.connect([none.url, node.url], token="t", times=FAST)
        await first_error(node, client, "nonsense")


@run
async def test_frames_and_closes_that_cannot_be_are_named() -> None:
    async with fake_node() as node, connect(node) as hf:
        states: list[State] = []
        hf.on_state(states.append)

        def named() -> set[str]:
            return {state.error for state in states}

        large = "x" * (33 << 20)
        peer = await node.peer()
        await peer.welcomes()
        await hf.online()  # The welcome is taken: no more of its time runs.
        await peer.event(1, data=large)
        peer = await node.peer()
        await peer.welcomes(resumed=True)
        await hf.online()
        assert named() == {"", "nonsense"}
        states.clear()
        await peer.socket.send(b"\x00\x01")
        peer = await node.peer()
        await peer.welcomes(resumed=True)
        await hf.online()
        assert named() == {"", "nonsense"}
        states.clear()
        peer.socket.transport.write(b"\x88\x02\x03\xe7")  # Close 999, which does not exist.
        peer = await node.peer()
        await peer.welcomes(resumed=True)
        await hf.online()
        assert named() == {"", "nonsense"}
        states.clear()
        await peer.socket.close(3999, "of nobody")
        peer = await node.peer()
        await peer.welcomes(resumed=True)
        await hf.online()
        assert named() == {"", "closed"}


@run
async def test_token_functions_that_throw_hang_or_give_no_text() -> None:
    calls = 0

    async def token() -> str:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise LookupError("none")
        if calls == 2:
            return None  # type: ignore[return-value]
        if calls == 3:
            await asyncio.Event().wait()
        return "t4"

    async with fake_node() as node:
        errors: list[str] = []
        client = connect(node, token=token)
        client.on_state(lambda state: errors.append(state.error))
        async with client:
            hello = await (await node.peer()).welcomes()
        assert hello["token"] == "t4"
        failed = [e for e in errors if e.startswith("token")]
        assert failed == ["token_failed", "token_failed", "token_timeout"]


@run
async def test_a_token_function_that_never_ends_is_called_once() -> None:
    calls, ends = 0, asyncio.Event()

    async def stubborn() -> str:
        nonlocal calls
        calls += 1
        while not ends.is_set():
            try:
                await ends.wait()
            except asyncio.CancelledError:
                pass
        return "t"

    async with fake_node() as node:
        errors: list[str] = []
        client = connect(node, times=Times(attempt=0.05, first_wait=0.01), token=stubborn)
        client.on_state(lambda state: errors.append(state.error))
        async with client:
            await until(lambda: errors.count("token_timeout") > 3)
            assert calls == 1
            ends.set()
            await (await node.peer()).welcomes()
