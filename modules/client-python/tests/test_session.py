"""The session without a network, beyond what the conformance suite plays."""

from __future__ import annotations

import base64
import json
import random
from typing import Any

import pytest
from stage import Frame, Stage

from holdfast import Bounds, Cursor, HoldfastError, Stored
from holdfast._publishing import UNKNOWN


class Answers:
    def __init__(self) -> None:
        self.all: list[Any] = []

    def __call__(self, value: Any, error: HoldfastError | None) -> None:
        self.all.append(value if error is None else error.code)


@pytest.mark.parametrize("welcomes", [False, True])
def test_a_server_that_closes_at_once_gets_at_most_6_attempts_a_minute(welcomes: bool) -> None:
    for seed in range(20):
        random.seed(seed)
        stage = Stage()
        while stage.time < 1_200:
            stage.opened()
            if welcomes:
                stage.welcome(resumed=bool(stage.sessions))
            stage.lose(4000, "shutdown")
        times = [at for at, _, _ in stage.openings]
        assert times[9] > 20, "the bound doubles from the first wait on"
        late = [at for at in times if at > 60]
        assert all(b - a > 60 for a, b in zip(late, late[6:], strict=False))


def test_a_state_names_the_close() -> None:
    stage = Stage()
    stage.online()
    stage.lose(4001, "slow")
    assert (stage.states[-1].kind, stage.states[-1].error) == ("offline", "slow")
    assert 0 < stage.states[-1].retry_in <= 1
    stage.opened()
    stage.welcome(resumed=True)
    stage.lose(4999, "what? <nonsense>")
    assert (stage.states[-1].kind, stage.states[-1].error) == ("stopped", "closed")


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[1]",
        "1e999",
        "[" * 100_000,
        '{"type":"event","channel":"tenant","event":"e","data":NaN,"epoch":"e","seq":1}',
        '{"type":"event","channel":"tenant","event":"e","data":1}',
        '{"type":"event","channel":"tenant","event":"e","data":1,"epoch":"e1","seq":true}',
        '{"type":"event","channel":"tenant","event":"e","data":1,"epoch":"e1","seq":-1}',
        '{"type":"event","channel":"tenant","event":"e","data":1,"epoch":"e1","seq":1.5}',
        '{"type":"event","channel":5,"event":"e","data":1,"epoch":"e1","seq":1}',
        '{"type":"event","channel":"tenant","event":"e","data":1,"epoch":"e1","seq":'
        + "9" * 5_000
        + "}",
        '{"type":"gap","channel":"tenant","from":["e1",5],"to":["e1"]}',
        '{"type":"gap","channel":"tenant","from":["e1",5],"to":"e1:5"}',
        '{"type":"subscribed","channel":"tenant","epoch":"e1","seq":5}',
        '{"type":"unsubscribed","channel":"tenant"}',
        '{"type":"reconnect","after":"soon"}',
        '{"type":"reply","id":"1"}',
        '{"type":"error","id":"1"}',
        '{"type":"welcome","session":"s1","resumed":true,"heartbeat":25,"limits":{"frame":1}}',
    ],
)
def test_nonsense_ends_the_connection_by_that_name(text: str) -> None:
    stage = Stage()
    stage.online()
    link = stage.link
    stage.session.received(link, text)
    assert link in stage.closed
    assert (stage.states[-1].kind, stage.states[-1].error) == ("offline", "nonsense")
    assert stage.opened()["resume"] == "s1"


@pytest.mark.parametrize(
    "members",
    [
        {"resumed": True},
        {"session": ""},
        {"heartbeat": 0},
        {"heartbeat": "25"},
        {"limits": [65536]},
        {"limits": {"frame": 0}},
    ],
)
def test_a_welcome_that_is_none_ends_the_connection(members: Frame) -> None:
    stage = Stage()
    stage.opened()
    fine = {"session": "s1", "resumed": False, "heartbeat": 25, "limits": {"frame": 65536}}
    stage.says("welcome", **(fine | members))
    assert stage.states[-1].error == "nonsense"
    assert stage.sessions == []


def test_a_cursor_that_goes_back_moves_nothing() -> None:
    stage = Stage()
    stage.online()
    for seq in (5, 4, 5, 6, 1):
        stage.says_event(seq)
    assert [event.data for event in stage.events] == [5, 6]
    stage.lose()
    assert stage.opened()["channels"]["tenant"] == ["e1", 6]


def test_tokens_that_fail_or_hang_are_named_and_asked_for_again() -> None:
    stage = Stage(restart=False)
    stage.token = None
    stage.session.start()
    stage.session.no_token(1, "token_failed", "none")
    assert stage.states[-1].error == "token_failed"
    stage.run(12)
    assert "token_timeout" in [state.error for state in stage.states]
    stage.session.token(1, "late")
    assert stage.openings == []
    stage.token = "t2"
    assert stage.opened()["token"] == "t2"


def token(seconds: int, **claims: object) -> str:
    text = json.dumps({"exp": seconds} | claims)
    return f"h.{base64.urlsafe_b64encode(text.encode()).decode().rstrip('=')}.s"


def test_a_token_is_renewed_30_seconds_before_its_end_by_the_servers_clock() -> None:
    stage = Stage(restart=False)
    stage.token = token(1_000_600)
    stage.session.start()
    stage.opened()
    stage.welcome(time=1_000_000_000)
    old = stage.link
    for _ in range(28):  # Something every 20 s, or the silence ends the connection.
        stage.run(20)
        stage.says("pong")
    stage.token = token(1_002_000)
    assert len(stage.openings) == 1
    stage.run(11)
    hello = stage.opened()
    assert (hello["token"], hello["resume"]) == (stage.token, "s1")
    assert stage.states[-1].kind == "online", "the old connection is still there"
    stage.welcome(resumed=True)
    assert old in stage.closed


@pytest.mark.parametrize("bad", ["", "a.b.c", "a..c", "x", token(0), "a.bnVsbA.c", "a.W10.c"])
def test_a_token_without_an_end_is_not_renewed(bad: str) -> None:
    stage = Stage(restart=False)
    stage.token = bad
    stage.session.start()
    stage.opened()
    stage.welcome(time=1_000_000_000)
    assert stage.states[-1].kind == "online"


def test_queues_are_bounded_by_a_named_error() -> None:
    stage = Stage(bounds=Bounds(publications=2, requests=1))
    answers = Answers()
    for _ in range(3):
        stage.session.publish("topic:a", "e", 1, answers)
    for _ in range(2):
        stage.session.request("billing", "quote", 1, 10, answers)
    for n in range(1_001):
        stage.session.subscribe(f"topic:{n}", "latest", answers)
    assert answers.all == ["queue_full"] * 3
    stage = Stage(bounds=Bounds(bytes=1_000))
    stage.session.publish("topic:a", "e", "x" * 600, answers)
    stage.session.publish("topic:a", "e", "x" * 600, answers)
    assert answers.all == ["queue_full"] * 4


def test_a_request_without_an_answer_fails_as_unknown() -> None:
    stage = Stage()
    stage.online()
    answers = Answers()
    stage.session.request("billing", "quote", 1, 10, answers)
    stage.run(14)
    assert answers.all == []
    stage.run(2)
    assert answers.all == ["no_answer"]


def test_what_cannot_be_json_is_refused_where_it_is_given() -> None:
    stage = Stage()
    for bad in (float("nan"), object(), {1: {2, 3}}):
        with pytest.raises((ValueError, TypeError)):
            stage.session.publish("topic:a", "e", bad, Answers())
    with pytest.raises(ValueError):
        stage.session.publish("topic:a", "e", "\ud800", Answers())
    assert stage.session.unanswered == 0


def test_another_process_resumes_with_what_was_handled() -> None:
    first = Stage()
    first.online()
    for seq in (1, 2, 3):
        first.says_event(seq)
    first.session.handled("tenant", Cursor("e1", 2))
    second = Stage(kept=first.session.export())
    hello = second.opened()
    assert hello["resume"] == "s1"
    assert hello["channels"]["tenant"] == ["e1", 2]


def test_another_process_does_not_use_a_number_that_was_used() -> None:
    """A number that the process before had used would be taken for a repetition, and be lost."""
    first = Stage()
    first.online()
    first.session.publish("topic:a", "e", "one", Answers())
    assert first.take("publish")["n"] == 1
    second = Stage(kept=first.session.export())
    second.online(resumed=True)
    answers = Answers()
    second.session.publish("topic:a", "e", "two", answers)
    frame = second.take("publish")
    assert frame["n"] == UNKNOWN
    second.says("error", id=frame["id"], code="out_of_sequence", retryable=True, expected=2)
    frame = second.take("publish")
    assert (frame["n"], frame["data"]) == (2, "two")
    second.says("reply", id=frame["id"], data={"epoch": "e1", "seq": 2, "duplicate": False})
    assert answers.all == [Stored(Cursor("e1", 2), False)]


@pytest.mark.parametrize("other", [{"sub": "bob"}, {"hf": {"tenant": "globex"}}])
def test_nothing_is_taken_over_for_another_user(other: dict[str, object]) -> None:
    """What ann wanted to publish must not be published as bob."""
    ann: dict[str, object] = {"sub": "ann", "hf": {"tenant": "acme"}}
    first = Stage(restart=False)
    first.token = token(0, **ann)
    first.session.start()
    first.online()
    first.says("subscribed", channel="topic:a", epoch="e1", seq=1, recovered=True)
    answers = Answers()
    first.session.publish("topic:a", "e", "of ann", answers, persist=True)
    kept = first.session.export()
    first.lose()
    first.token = token(1, **(ann | other))
    hello = first.opened()
    assert "resume" not in hello and "channels" not in hello
    assert (answers.all, first.ended) == (["forbidden"], [("topic:a", "forbidden")])
    first.welcome("s2")
    assert first.sent[first.link] == []
    second = Stage(kept=kept, restart=False)
    second.token = first.token
    second.session.start()
    assert "resume" not in second.opened()
    second.welcome("s2")
    assert second.sent[second.link] == []
    second.session.publish("topic:a", "e", "of bob", answers)
    assert second.take("publish")["n"] == 1
    same = Stage(kept=kept, restart=False)
    same.token = token(9, jti="fresh", **ann)
    same.session.start()
    assert same.opened()["resume"] == "s1"


def test_another_version_is_not_restored() -> None:
    with pytest.raises(ValueError):
        Stage(kept=Stage().session.export() | {"version": 2})


class Node:
    """Stores publications of one channel by their numbers, as a node does."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def takes(self, frame: Frame) -> Frame:
        n, next_ = frame["n"], len(self.log) + 1
        if n > next_:
            error = {"code": "out_of_sequence", "retryable": True, "expected": next_}
            return {"type": "error", "id": frame["id"]} | error
        if n == next_:
            self.log.append(frame["data"])
        return {"type": "reply", "id": frame["id"], "data": {"duplicate": n < next_}}


@pytest.mark.parametrize("seed", range(300))
def test_publications_are_stored_once_and_in_order(seed: int) -> None:
    """Whatever is lost: answers, connections, the process."""
    chance = random.Random(seed)
    node, stage = Node(), Stage()
    stage.online()
    expected, published, dead = [], 0, set()
    while published < 40 or stage.session.unanswered:
        act = chance.random()
        if act < 0.4 and published < 40:
            name, persist = f"p{published}", chance.random() < 0.6
            published += 1
            expected.append(name)
            stage.session.publish("topic:a", "e", name, Answers(), persist)
            if not persist:
                dead.add(name)
        elif act < 0.85:
            while stage.sent[stage.link] and chance.random() < 0.9:
                frame = stage.sent[stage.link].pop(0)
                if frame["type"] == "publish":
                    stage.says(**rename(node.takes(frame)))
            stage.run(0.2)
        elif act < 0.95:
            stage.lose()
            stage.online(resumed=True)
        elif published < 40:
            kept = stage.session.export()
            stage = Stage(kept=kept)
            stage.online(resumed=True)
    assert len(node.log) == len(set(node.log)), "stored twice"
    assert node.log == [name for name in expected if name in node.log], "out of order"
    assert set(expected) - set(node.log) <= dead, "only what was not kept may be lost"


def rename(frame: Frame) -> Frame:
    return {"type_" if name == "type" else name: value for name, value in frame.items()}


def test_a_restored_publication_that_is_refused_in_doubt_swallows_none() -> None:
    """It may be stored by the process before: its number is not free for the next one."""
    first = Stage()
    first.online()
    for name in ("a", "b"):
        first.session.publish("topic:a", "e", name, Answers(), persist=True)
    second = Stage(kept=first.session.export())
    second.online(resumed=True)
    a, b = second.take("publish"), second.take("publish")
    assert (a["n"], b["n"]) == (1, 2)
    second.says("error", id=a["id"], code="forbidden", retryable=False)
    assert second.take("publish")["n"] == 2
