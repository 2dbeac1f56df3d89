"""A bounded queue: batches of scores, turns, errors of one request."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pandas as pd
import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.serve.model_queue import ModelQueue, QueueFullError


class Counting:
    """A stylist whose score of an outfit is its number of items, and that counts its batches."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def score(self, outfits):
        self.batches.append(len(outfits))
        if any("bad" in outfit for outfit in outfits):
            raise FashionGraphError("'ids' needs items of the table (got 'bad')")
        return SimpleNamespace(frame=pd.DataFrame({"score": [len(one) for one in outfits]}))


@pytest.fixture
def stylist():
    return Counting()


@pytest.fixture
def queue(stylist):
    made = ModelQueue(lambda: stylist, capacity=8)
    yield made
    made.close()


def held(queue):
    """Keep the thread of the queue busy until the returned event is set."""
    go, begun = threading.Event(), threading.Event()

    def job(stylist):
        begun.set()
        go.wait(10)
        return "held"

    future = queue.submit(job)
    assert begun.wait(10)
    return go, future


def test_waiting_requests_for_scores_are_one_batch(queue, stylist):
    go, first = held(queue)
    waiting = [queue.score([["a"] * (i + 1), ["b"]]) for i in range(3)]
    go.set()
    found = [one.result(10)["score"].tolist() for one in waiting]
    assert found == [[1, 1], [2, 1], [3, 1]]
    assert stylist.batches == [6]
    assert first.result(10) == "held"


def test_with_a_model_whose_scores_depend_on_other_outfits_requests_are_alone(stylist):
    queue = ModelQueue(lambda: stylist, capacity=8, alone=True)
    go, _ = held(queue)
    waiting = [queue.score([["a"] * (i + 1)]) for i in range(3)]
    slow = queue.submit(lambda stylist: len(stylist.batches), slow=True)
    go.set()
    assert [one.result(10)["score"].tolist() for one in waiting] == [[1], [2], [3]]
    assert stylist.batches == [1, 1, 1]
    assert slow.result(10) == 3  # in its turn, after them
    queue.close()


def test_the_error_of_one_request_is_its_own(queue):
    go, _ = held(queue)
    good, bad, other = queue.score([["a"]]), queue.score([["bad"]]), queue.score([["a", "b"]])
    go.set()
    assert good.result(10)["score"].tolist() == [1]
    assert other.result(10)["score"].tolist() == [2]
    with pytest.raises(FashionGraphError, match="bad"):
        bad.result(10)


def test_scores_and_other_requests_take_turns(queue, stylist):
    go, _ = held(queue)
    order: list[str] = []
    for name in ("one", "two"):
        queue.submit(lambda stylist, name=name: order.append(name))
    score = queue.score([["a"]])
    score.add_done_callback(lambda _: order.append("score"))
    last = queue.submit(lambda stylist: order.append("three"))
    go.set()
    last.result(10)
    assert order.index("score") == 0
    assert order[1:] == ["one", "two", "three"]


def test_slow_requests_keep_no_other_waiting(queue, stylist):
    go, begun = threading.Event(), threading.Event()

    def job(stylist):
        begun.set()
        return go.wait(10)

    slow = queue.submit(job, slow=True)
    assert begun.wait(10)
    assert queue.submit(lambda stylist: "quick").result(10) == "quick"
    assert queue.score([["a", "b"]]).result(10)["score"].tolist() == [2]
    go.set()
    assert slow.result(10)


def test_a_full_queue_refuses(queue):
    go, _ = held(queue)
    for _ in range(8):
        queue.submit(lambda stylist: None)
    with pytest.raises(QueueFullError):
        queue.submit(lambda stylist: None)
    with pytest.raises(QueueFullError):
        queue.score([["a"]])
    go.set()


def test_a_cancelled_request_is_not_run(queue):
    go, _ = held(queue)
    ran: list[str] = []
    cancelled = queue.submit(lambda stylist: ran.append("cancelled"))
    assert cancelled.cancel()
    last = queue.submit(lambda stylist: ran.append("last"))
    go.set()
    last.result(10)
    assert ran == ["last"]


def test_unexpected_errors_reach_who_waits_and_the_thread_lives_on(queue, stylist):
    def broken(stylist):
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        queue.submit(broken).result(10)
    stylist.score = broken
    with pytest.raises(RuntimeError, match="broken"):
        queue.score([["a"]]).result(10)
    assert queue.submit(lambda stylist: 1).result(10) == 1


def test_closing_answers_what_waits():
    queue = ModelQueue(Counting, capacity=8)
    futures = [queue.submit(lambda stylist, i=i: i) for i in range(5)]
    queue.close()
    assert [one.result(0) for one in futures] == [0, 1, 2, 3, 4]
    with pytest.raises(QueueFullError):
        queue.submit(lambda stylist: None)
