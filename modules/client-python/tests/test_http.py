"""The HTTP publisher, against a node of which only the store's rule is real."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fake import run, until

from holdfast import Bounds, Cursor, HoldfastError, Stored, Times
from holdfast.http import Publisher

FAST = Times(attempt=1, first_wait=0.001, longest_wait=0.004, retry=0.001)
Answer = Callable[[httpx.Request], httpx.Response]


def problem(status: int, code: str, retryable: bool, **members: Any) -> httpx.Response:
    body = {"status": status, "code": code, "detail": "d", "retryable": retryable} | members
    return httpx.Response(status, json=body, headers={"content-type": "application/problem+json"})


class Node:
    """Stores by publisher and number, as a node does."""

    def __init__(self) -> None:
        self.log: dict[str, list[Any]] = {}
        self.next: dict[tuple[str, str], int] = {}
        self.requests = 0
        self.late: list[list[dict[str, Any]]] = []
        self.refuse: Callable[[Any], bool] = lambda data: False

    def take(self, publication: dict[str, Any]) -> dict[str, Any]:
        channel, n = publication["channel"], publication["n"]
        key = (publication["publisher"], channel)
        next_ = self.next.setdefault(key, 1)
        refused = {"channel": channel, "outcome": "refused"}
        if self.refuse(publication["data"]):
            return refused | {"error": {"code": "bad_request", "detail": "d", "retryable": False}}
        if n > next_:
            error = {"code": "out_of_sequence", "detail": "d", "retryable": True}
            return refused | {"error": error | {"expected": next_}}
        if n < next_:
            return {"channel": channel, "outcome": "duplicate"}
        self.next[key] = n + 1
        self.log.setdefault(channel, []).append(publication["data"])
        at = {"epoch": "e1", "seq": len(self.log[channel])}
        return {"channel": channel, "outcome": "stored", "position": at}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        results = [self.take(each) for each in json.loads(request.content)["publications"]]
        codes = {each.get("error", {}).get("code") for each in results}
        if len(codes) == 1 and None not in codes:
            error = results[0]["error"]
            return problem(400, **error)
        return httpx.Response(200, json={"results": results})


def publisher(answer: Answer, bounds: Bounds = Bounds(), token: Any = "t") -> Publisher:
    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return Publisher("http://node", token=token, times=FAST, bounds=bounds, client=client)


@run
async def test_publishes_in_order_and_in_batches() -> None:
    node = Node()
    async with publisher(node) as http:
        futures = [http.publish("topic:a", "e", n) for n in range(250)]
        assert http.pending == 250
        assert await futures[0] == Stored(Cursor("e1", 1), False)
        await futures[-1]
    assert node.log == {"topic:a": list(range(250))}
    assert node.requests == 3


@pytest.mark.parametrize("seed", range(80))
def test_each_is_stored_once_and_in_order_whatever_is_lost(seed: int) -> None:
    chance = random.Random(seed)
    node = Node()
    withdrawn: set[int] = set()

    def refuse(data: int) -> bool:
        """What was permitted may be so no more when it comes again."""
        if data % 3 == 1 and chance.random() < 0.5:
            withdrawn.add(data)
        return data in withdrawn

    node.refuse = refuse

    def faulty(request: httpx.Request) -> httpx.Response:
        act = chance.random()
        if node.late and chance.random() < 0.3:
            for each in node.late.pop(0):
                node.take(each)
        if act < 0.1:
            raise httpx.ConnectError("refused")
        if act < 0.2:
            node(request)
            raise httpx.ReadTimeout("too late")
        if act < 0.3:
            node.late.append(json.loads(request.content)["publications"])
            return httpx.Response(502, text="<html>Bad Gateway</html>")
        if act < 0.35:
            return problem(503, "unavailable", True)
        return node(request)

    @run
    async def play() -> None:
        refused = set()
        async with publisher(faulty) as http:
            futures = []
            for n in range(60):
                futures.append(http.publish(f"topic:{n % 2}", "e", n))
                if chance.random() < 0.2:
                    await asyncio.sleep(0.001)
            for n, future in enumerate(futures):
                try:
                    await future
                except HoldfastError as e:
                    assert e.code == "bad_request"
                    refused.add(n)
        for late in node.late:
            for each in late:
                node.take(each)
        for channel, log in node.log.items():
            assert log == sorted(set(log)), "once, and in order"
            fine = [n for n in range(60) if f"topic:{n % 2}" == channel and n not in refused]
            assert [n for n in log if n not in refused] == fine, "a refusal may be in doubt"

    play()


@run
async def test_a_store_that_forgot_the_publisher_gets_a_new_numbering() -> None:
    node = Node()
    async with publisher(node) as http:
        await http.publish("topic:a", "e", 1)
        await http.publish("topic:a", "e", 2)
        node.next.clear()
        await http.publish("topic:a", "e", 3)
        assert node.log["topic:a"] == [1, 2, 3]


@run
async def test_a_refused_token_is_asked_for_again_and_then_fails() -> None:
    node, tokens = Node(), iter(["old", "new", "bad", "bad", "new"])

    async def token() -> str:
        return next(tokens)

    def checked(request: httpx.Request) -> httpx.Response:
        fine = request.headers["authorization"] in allowed
        return node(request) if fine else problem(401, "unauthorized", False)

    allowed = {"Bearer new"}
    async with publisher(checked, token=token) as http:
        await http.publish("topic:a", "e", 1)
        allowed.clear()
        with pytest.raises(HoldfastError, match="unauthorized"):
            await http.publish("topic:a", "e", 2)
        allowed.add("Bearer new")
        await http.publish("topic:a", "e", 3)
    assert node.log["topic:a"] == [1, 3]


@run
async def test_what_is_wrong_is_named_and_queues_are_bounded() -> None:
    calls = 0

    def down(request: httpx.Request) -> httpx.Response:
        nonlocal calls
        calls += 1
        raise httpx.ConnectError("refused")

    async with publisher(down, bounds=Bounds(publications=2)) as http:
        futures = [http.publish("topic:a", "e", n) for n in range(3)]
        with pytest.raises(HoldfastError, match="queue_full"):
            await futures[2]
        await until(lambda: calls > 3)
        assert http.error is not None and "refused" in http.error.message
        await http.close()
        for future in futures[:2]:
            with pytest.raises(HoldfastError, match="stopped"):
                await future
        with pytest.raises(HoldfastError, match="stopped"):
            await http.publish("topic:a", "e", 4)


@run
async def test_a_token_function_that_fails_is_named() -> None:
    node, fails = Node(), True

    def token() -> str:
        if fails:
            raise LookupError("none")
        return "t"

    async with publisher(node, token=token) as http:
        future = http.publish("topic:a", "e", 1)
        await until(lambda: http.error is not None and http.error.code == "token_failed")
        fails = False
        await future
        assert http.error is None


@run
async def test_answers_that_are_nonsense_are_no_answers() -> None:
    node = Node()
    answers = iter(
        [
            httpx.Response(200, text="<html>"),
            httpx.Response(200, json={"results": []}),
            httpx.Response(200, json={"results": [{"outcome": "refused"}]}),
            httpx.Response(200, json=[1]),
            httpx.Response(302, headers={"location": "http://elsewhere/"}),
            httpx.Response(400, json={"code": 5}),
        ]
    )
    async with publisher(lambda request: next(answers, None) or node(request)) as http:
        await http.publish("topic:a", "e", 1)
    assert node.log == {"topic:a": [1]}
