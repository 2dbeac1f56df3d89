"""Bounded queue in front of a model."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

import pandas as pd

from fashiongraph.errors import FashionGraphError
from fashiongraph.stylist import Stylist

T = TypeVar("T")
_Job = tuple[Callable[[Stylist], Any], Future[Any]]


class QueueFullError(RuntimeError):
    """The queue is full; a later request may succeed."""


class ModelQueue:
    """Queue of requests that two threads answer with the model.

    One thread answers quick requests: outfits of all waiting requests for scores are scored in one
    batch, and such a batch and one other request take turns, so that neither waits for long. The
    other thread answers slow requests, which would keep all others waiting.

    Scores of some models depend on all items that are scored together. With such a model each
    request is answered alone, one after the other.

    Args:
        stylist: Returns the stylist as it is now; called by the thread before each turn.
        capacity: Largest number of waiting requests.
        alone: Whether each request is answered alone.
        observe: Called with the number of requests of each batch.
    """

    def __init__(
        self,
        stylist: Callable[[], Stylist],
        capacity: int,
        alone: bool = False,
        observe: Callable[[int], None] = lambda count: None,
    ) -> None:
        self._stylist = stylist
        self._capacity = capacity
        self._alone = alone
        self._observe = observe
        self._scores: deque[tuple[Sequence[Sequence[str]], Future[pd.DataFrame]]] = deque()
        self._others: deque[_Job] = deque()
        self._slow: deque[_Job] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=run, name="model", daemon=True)
            for run in (self._run, self._run_slow)
        ]
        for thread in self._threads:
            thread.start()

    def __len__(self) -> int:
        return len(self._scores) + len(self._others) + len(self._slow)

    def score(self, outfits: Sequence[Sequence[str]]) -> Future[pd.DataFrame]:
        """Score outfits, in one batch with those of other requests.

        Args:
            outfits: Identifiers of the items of each outfit.

        Returns:
            The table of :meth:`Stylist.score`.

        Raises:
            QueueFullError: If the queue is full.
        """
        future: Future[pd.DataFrame] = Future()
        with self._changed:
            self._check_capacity()
            self._scores.append((outfits, future))
            self._changed.notify_all()
        return future

    def submit(self, job: Callable[[Stylist], T], slow: bool = False) -> Future[T]:
        """Run a function of the stylist.

        Args:
            job: The function.
            slow: Whether it takes as long as many others.

        Raises:
            QueueFullError: If the queue is full.
        """
        future: Future[T] = Future()
        with self._changed:
            self._check_capacity()
            (self._slow if slow and not self._alone else self._others).append((job, future))
            self._changed.notify_all()
        return future

    def close(self) -> None:
        """Answer what waits, and end the threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _check_capacity(self) -> None:
        if self._closed or len(self) >= self._capacity:
            raise QueueFullError

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._scores or self._others)
                if not self._scores and not self._others:
                    return
                scores = [one for one in self._scores if one[1].set_running_or_notify_cancel()]
                self._scores.clear()
                other = self._others.popleft() if self._others else None
            if scores:
                self._observe(len(scores))
                self._answer_scores(scores)
            if other is not None:
                self._answer_job(*other)

    def _run_slow(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._slow)
                if not self._slow:
                    return
                job = self._slow.popleft()
            self._answer_job(*job)

    def _answer_job(self, job: Callable[[Stylist], Any], future: Future[Any]) -> None:
        if future.set_running_or_notify_cancel():
            _answer(future, lambda: job(self._stylist()))

    def _score(self, outfits: Sequence[Sequence[str]]) -> pd.DataFrame:
        return self._stylist().score(outfits).frame

    def _answer_scores(
        self, waiting: Sequence[tuple[Sequence[Sequence[str]], Future[pd.DataFrame]]]
    ) -> None:
        if self._alone:
            for outfits, future in waiting:
                _answer(future, partial(self._score, outfits))
            return
        try:
            frame = self._score([one for outfits, _ in waiting for one in outfits])
        except FashionGraphError:  # of one of them: each on its own
            for outfits, future in waiting:
                _answer(future, partial(self._score, outfits))
            return
        except BaseException as error:  # whatever it is, who waits must get it
            for _, future in waiting:
                future.set_exception(error)
            return
        start = 0
        for outfits, future in waiting:
            part = frame.iloc[start : start + len(outfits)]
            future.set_result(part.reset_index(drop=True))
            start += len(outfits)


def _answer(future: Future[Any], job: Callable[[], Any]) -> None:
    try:
        result = job()
    except BaseException as error:  # whatever it is, who waits must get it
        future.set_exception(error)
    else:
        future.set_result(result)
