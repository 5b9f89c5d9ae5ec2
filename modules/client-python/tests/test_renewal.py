"""A token is renewed on the connection that there is."""

from __future__ import annotations

import base64
import json

import pytest
from stage import Frame, Stage


def online(token: str = "t1") -> Stage:
    stage = Stage(restart=False)
    stage.token = token
    stage.session.start()
    stage.online()
    return stage


def refreshes(stage: Stage) -> list[Frame]:
    return [frame for frame in stage.sent[stage.link] if frame["type"] == "refresh"]


def passes(stage: Stage, seconds: float) -> None:
    """Lets time pass on a connection that is not silent."""
    for _ in range(int(seconds / 10)):
        stage.run(10)
        stage.says("pong")
    stage.run(seconds % 10)


def replies(stage: Stage, **data: object) -> None:
    stage.says("reply", id=refreshes(stage)[-1]["id"], data=data)


def refuses(stage: Stage, code: str) -> None:
    id_ = refreshes(stage)[-1]["id"]
    stage.says("error", id=id_, code=code, message="m", retryable=False)


def test_it_goes_on_with_the_next_token_over_the_same_connection() -> None:
    stage = online()
    stage.token = "t2"
    stage.says("expiring", **{"in": 60_000})
    stage.says("expiring", **{"in": 60_000})
    assert [frame["token"] for frame in refreshes(stage)] == ["t2"]
    replies(stage, expiresIn=100_000)
    passes(stage, 20)
    stage.token = "t3"
    stage.says("expiring", **{"in": 60_000})
    replies(stage)
    passes(stage, 200)
    assert [frame["token"] for frame in refreshes(stage)] == ["t2", "t3"]
    assert len(stage.openings) == 1
    assert all(state.error == "" for state in stage.states)


def test_without_another_word_it_moves_before_the_new_token_ends() -> None:
    stage = online()
    stage.token = "t2"
    stage.says("expiring", **{"in": 60_000})
    replies(stage, expiresIn=100_000)
    stage.token = "t3"
    passes(stage, 79.9)
    assert len(stage.openings) == 1
    assert stage.opened()["token"] == "t3"
    assert stage.states[-1].kind == "online"


@pytest.mark.parametrize("bad", ["raises", "hangs", "old", "refused"])
def test_what_is_wrong_with_a_token_is_named_and_it_is_asked_for_again(bad: str) -> None:
    stage = online()
    stage.token = {"old": "t1", "refused": "t2"}.get(bad)
    stage.says("expiring", **{"in": 60_000})
    if bad == "raises":
        stage.session.no_token(2, "token_failed", "no way")
    if bad == "refused":
        refuses(stage, "unauthorized")
    stage.token = "t3"
    passes(stage, 12)
    names = {"raises": "failed", "hangs": "timeout"}
    assert stage.states[-1].error == f"token_{names.get(bad, bad)}"
    assert stage.states[-1].kind == "online"
    stage.session.token(2, "late")
    assert refreshes(stage)[-1]["token"] == "t3"
    replies(stage, expiresIn=4_000_000)
    assert (stage.states[-1].kind, stage.states[-1].error) == ("online", "")
    passes(stage, 100)
    assert len(stage.openings) == 1
    assert len(refreshes(stage)) == (2 if bad == "refused" else 1)


def test_without_a_token_it_asks_six_times_a_minute_and_a_loss_waits_for_no_more() -> None:
    stage = online()
    stage.token = "t1"
    stage.says("expiring", **{"in": 60_000})
    passes(stage, 70)
    assert 5 < len(stage.asks) < 14
    assert stage.states[-1].error == "token_old"
    stage.session.closed(stage.link, 4005, "expired", "expired")
    assert stage.states[-1].error == "expired"
    assert stage.states[-1].retry_in <= 1


def test_a_token_that_never_changes_costs_no_connection_before_its_end() -> None:
    claims = base64.urlsafe_b64encode(b'{"sub": "ann", "exp": 100}').decode()
    stage = online(f"h.{claims}.s")
    passes(stage, 99)
    assert len(stage.openings) == 1
    assert stage.states[-1].error == "token_old"


def test_another_users_token_is_for_another_connection() -> None:
    ann, bob = (
        "h." + base64.urlsafe_b64encode(json.dumps({"sub": sub}).encode()).decode() + ".s"
        for sub in ("ann", "bob")
    )
    stage = online(ann)
    stage.token = bob
    stage.says("expiring", **{"in": 60_000})
    refuses(stage, "forbidden")
    hello = stage.opened()
    assert hello["token"] == bob
    assert "resume" not in hello


def test_a_loss_in_the_middle_is_a_loss_like_another() -> None:
    for sent in (True, False):
        stage = online()
        stage.token = "t2" if sent else None
        stage.says("expiring", **{"in": 60_000})
        assert len(refreshes(stage)) == sent
        stage.token = "t3"
        states = len(stage.states)
        stage.lose()
        assert [state.kind for state in stage.states[states:]] == ["offline"]
        stage.session.token(2, "late")
        assert stage.opened()["token"] == "t3"
        stage.welcome(resumed=True)
        passes(stage, 100)
        assert refreshes(stage) == []
        assert len(stage.openings) == 2


@pytest.mark.parametrize("seconds", [0, 1])
def test_a_move_that_is_asked_for_in_the_middle_is_not_forgotten(seconds: int) -> None:
    stage = online()
    old = stage.link
    stage.token = "t2"
    stage.says("expiring", **{"in": 60_000})
    stage.says("reconnect", after=500, reason="rebalance")
    stage.run(seconds)
    replies(stage, expiresIn=4_000_000)
    stage.token = "t3"
    hello = stage.opened()
    assert hello["move"] is True
    stage.welcome(resumed=True)
    assert old in stage.closed


def test_a_client_that_leaves_in_the_middle_asks_for_nothing_more() -> None:
    for how in ("leave", "end"):
        stage = online()
        stage.token = "t2"
        stage.says("expiring", **{"in": 60_000})
        getattr(stage.session, how)()
        replies(stage, expiresIn=10_000)
        stage.run(100)
        assert stage.states[-1].kind == "stopped"
        assert len(stage.openings) == 1
