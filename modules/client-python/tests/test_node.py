"""Against two real nodes, one of which is killed. Needs the jar of `app`."""

from __future__ import annotations

import asyncio
import os
import random
import re
import shutil
import socket
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake import run, until

from holdfast import Event, FileStore, Gap, Holdfast, HoldfastError, SessionInfo, connect
from holdfast.http import Publisher

JAR = Path(__file__).parents[3] / "app" / "target" / "holdfast.jar"
JAVA = shutil.which("java")
START = 120

pytestmark = pytest.mark.skipif(
    JAVA is None or not JAR.exists(), reason=f"there is no {JAR}, or no java"
)


def free_port() -> int:
    """A port with a free one behind it, as a member of the bus takes two.

    Below those that outgoing connections take: one of them had the port before the node did.
    """
    while True:
        port = random.randrange(15_000, 32_000)
        with socket.socket() as one, socket.socket() as two:
            try:
                one.bind(("127.0.0.1", port))
                two.bind(("127.0.0.1", port + 1))
                return port
            except OSError:
                continue


class Nodes:
    """The first has the Redis, and lives. The second is killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = [free_port(), free_port()]
        self.bus = free_port()
        self.processes: list[subprocess.Popen[bytes]] = []
        self.start(0, "--bus-port", str(self.bus))
        log = self.log(0, r"Embedded Redis .* at port (\d+)")
        self.start(1, "--members", f"127.0.0.1:{self.bus}", redis=log.group(1))
        for port in self.ports:
            self.ready(port)

    def start(self, number: int, *options: str, redis: str = "") -> None:
        assert JAVA is not None
        environment = dict(os.environ)
        if redis:
            password = (self.folder / "redis" / "redis.password").read_text().strip()
            environment["HOLDFAST_REDIS_URI"] = f"redis://:{password}@127.0.0.1:{redis}"
        command = [JAVA, "-Xmx256m", "-XX:TieredStopAtLevel=1", "-jar", str(JAR), "serve"]
        command += ["--data", str(self.folder), "--port", str(self.ports[number])]
        command += ["--end-with-stdin", *options]
        with open(self.folder / f"{number}.log", "wb") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment
            )
        self.processes.append(process)

    def log(self, number: int, text: str) -> re.Match[str]:
        def found() -> re.Match[str] | None:
            return re.search(text, (self.folder / f"{number}.log").read_text())

        return self.wait(found, text)

    def ready(self, port: int) -> None:
        def answer() -> object:
            try:
                return urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready").status == 200
            except OSError:
                return None

        self.wait(answer, f"port {port} ready")

    def wait(self, condition: object, what: str) -> re.Match[str]:
        async def wait() -> re.Match[str]:
            while not (result := condition()):  # type: ignore[operator]
                assert all(each.poll() is None for each in self.processes), "a node has ended"
                await asyncio.sleep(0.1)
            return result  # type: ignore[no-any-return]

        try:
            return asyncio.run(asyncio.wait_for(wait(), START))
        except asyncio.TimeoutError:
            logs = [path.read_text()[-2_000:] for path in self.folder.glob("*.log")]
            raise AssertionError(f"{what} does not come: {logs}") from None

    def token(self) -> str:
        assert JAVA is not None
        command = [JAVA, "-jar", str(JAR), "token", "--data", str(self.folder), "--tenant", "acme"]
        command += ["--user", "ann", "--permission", "subscribe:*", "--permission", "publish:*"]
        command += ["--permission", "request:*"]
        return subprocess.run(command, capture_output=True, check=True).stdout.decode().strip()

    def kill(self, number: int) -> None:
        self.processes[number].kill()

    def stop(self) -> None:
        for process in reversed(self.processes):
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        nodes = Nodes(Path(folder))
        try:
            yield nodes
        finally:
            nodes.stop()


def test_a_session_outlives_its_node_and_its_process(nodes: Nodes) -> None:
    token = nodes.token()
    address = [f"ws://127.0.0.1:{port}" for port in reversed(nodes.ports)]
    store = nodes.folder / "ann.session"
    sessions: list[SessionInfo] = []
    gaps: list[Gap] = []

    def client(urls: list[str]) -> Holdfast:
        hf = connect(urls, token=token, store=FileStore(store))
        hf.on_session(sessions.append)
        hf.channel("topic:news").on_gap(gaps.append)
        return hf

    @run
    async def loses_its_node() -> None:
        seen: list[int] = []
        async with client(address) as hf:
            news = hf.channel("topic:news")
            reading = news.on("note", lambda data, event: seen.append(data), start="earliest")
            await reading.ready
            stored = []
            for n in range(300):
                stored.append(news.publish("note", n))
                await asyncio.sleep(0.005)
                if n == 100:
                    nodes.kill(1)
            assert len({(await each).cursor for each in stored} - {None}) > 100
            await until(lambda: len(seen) >= 300)
            with pytest.raises(HoldfastError, match="no_service"):
                await hf.request("billing", "quote", {"items": 3})
        assert seen == list(range(300))
        assert [session.resumed for session in sessions] == [False, True]

    @run
    async def goes_on_in_another_process_and_by_http() -> None:
        url = f"http://127.0.0.1:{nodes.ports[0]}"
        async with Publisher(url, token=token) as http:
            await asyncio.gather(*(http.publish("topic:news", "note", n) for n in range(300, 550)))
        async with client([address[1]]) as hf:
            news = hf.channel("topic:news")
            events = news.events("note")
            last = news.publish("note", 550)
            seen: list[Event] = []
            async for event in events:
                seen.append(event)
                if event.data == 550:
                    break
            assert (await last).duplicate is False
            assert [event.data for event in seen] == list(range(300, 551))
            await hf.end()
        assert [session.resumed for session in sessions] == [False, True, True]
        assert len({session.id for session in sessions}) == 1

    loses_its_node()
    goes_on_in_another_process_and_by_http()
    assert gaps == []
