"""The driver of this client for the conformance suite: commands come from the standard input,
reports go to the standard output, one JSON object a line."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from holdfast import Bounds, Event, Gap, Holdfast, HoldfastError, Subscription, Times, connect

MILLIS = {
    "attempt": "attempt",
    "firstWait": "first_wait",
    "longestWait": "longest_wait",
    "steady": "steady",
    "ack": "ack",
    "retry": "retry",
}


class Driver:
    def __init__(self) -> None:
        self.forgotten = False
        self.asked = 0
        self.held = asyncio.Event()
        self.subscriptions: dict[str, Subscription] = {}
        self.tasks: set[asyncio.Future[None]] = set()
        self.client: Holdfast

    def report(self, kind: str, **members: Any) -> None:
        if not self.forgotten:
            print(json.dumps({"report": kind} | members), flush=True)

    async def forget(self) -> None:
        self.forgotten = True
        self.held.set()
        if hasattr(self, "client"):
            await self.client.close()

    async def command(self, do: str, command: dict[str, Any]) -> None:
        key, name = command.get("key", ""), command.get("channel", "")
        event, data = command.get("event", ""), command.get("data")
        if do == "start":
            await self.start(command)
        elif do == "subscribe":
            self.subscriptions[name] = self.read(name)
            self.answer(key, self.subscriptions[name].ready)
        elif do == "unsubscribe":
            self.subscriptions.pop(name).stop()
            self.report("answered", key=key)
        elif do == "publish":
            self.answer(key, self.client.channel(name).publish(event, data).stored)
        elif do == "volatile":
            self.answer(key, self.client.channel(name).publish_volatile(event, data))
        elif do == "request":
            self.answer(key, self.client.request(command["service"], command["method"], data))
        elif do == "release":
            self.held.set()
        elif do == "end":
            self.later(self.client.end())

    async def start(self, command: dict[str, Any]) -> None:
        if command.get("handlers") != "hold":
            self.held.set()

        async def token() -> str:
            tokens: list[str | None] = command["tokens"]
            one = tokens[min(self.asked, len(tokens) - 1)]
            self.asked += 1
            if one is None:
                raise LookupError("there is none")
            if one == "never":
                await asyncio.Event().wait()
            return one

        times = {MILLIS[name]: ms / 1_000 for name, ms in command["times"].items()}
        bounds = Bounds(publications=command.get("publications", 1_000))
        self.client = connect(command["urls"], token=token, times=Times(**times), bounds=bounds)
        self.client.on_state(lambda s: self.report("state", state=s.kind, code=s.code))
        self.client.on_session(lambda s: self.report("session", id=s.id, resumed=s.resumed))
        for name in ("tenant", "user", "session"):
            self.read(name)
        await self.client.__aenter__()

    def read(self, name: str) -> Subscription:
        channel = self.client.channel(name)
        channel.on_gap(self.gap)
        channel.on_unsubscribed(lambda code: self.report("unsubscribed", channel=name, code=code))
        return channel.on(None, self.event)

    async def event(self, data: Any, event: Event) -> None:
        at = {} if event.cursor is None else {"seq": event.cursor.seq}
        self.report("event", channel=event.channel, event=event.event, data=data, **at)
        await self.held.wait()

    def gap(self, gap: Gap) -> None:
        self.report("gap", channel=gap.channel, to=gap.end)

    def answer(self, key: str, answer: Awaitable[Any]) -> None:
        async def wait() -> None:
            try:
                value = await answer
            except HoldfastError as e:
                return self.report("failed", key=key, code=e.code)
            if hasattr(value, "duplicate"):
                self.report("stored", key=key, duplicate=value.duplicate)
            else:
                self.report("answered", key=key, data=value)

        self.later(wait())

    def later(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


async def main() -> None:
    reader = asyncio.StreamReader(limit=1 << 20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    driver = Driver()
    while line := await reader.readline():
        command = json.loads(line)
        if command["do"] == "forget":
            await driver.forget()
            driver = Driver()
            driver.report("forgotten")
        else:
            await driver.command(command["do"], command)


if __name__ == "__main__":
    asyncio.run(main())
