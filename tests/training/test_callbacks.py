from __future__ import annotations

import contextlib
import os
import re
import signal
import threading

import lightning.pytorch as pl
import pandas as pd
import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.training import TrainingConfig
from fashiongraph.training.callbacks import EpochPrinter, InterruptHandler


def test_each_epoch_prints_a_line(train, splits, capsys):
    _, history = train(splits, callbacks=[EpochPrinter()])
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("epoch ")]
    assert len(lines) == len(history) == 3
    for line, (epoch, row) in zip(lines, history.iterrows(), strict=True):
        facts = f"loss {row['train/loss']:.3f}, AUC {row['valid/auc']:.3f}"
        left = r", \d+:\d\d left" if epoch < 3 else ""
        expected = f"epoch {epoch} of 3: {facts}, FITB {row['valid/fitb']:.3f}"
        assert re.fullmatch(re.escape(expected) + left, line)


class Swallow(pl.Callback):
    """Is interrupted where exceptions are forgotten, as a finaliser is."""

    def on_train_batch_start(self, trainer, *_):
        if trainer.current_epoch == 1:
            with contextlib.suppress(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture
def handler():
    """A handler that raises, since the tests may run with interrupts ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def test_a_swallowed_interrupt_ends_the_training(train, splits, tmp_path, handler):
    with pytest.raises(KeyboardInterrupt):
        train(splits, callbacks=[Swallow()], directory=tmp_path)
    assert signal.getsignal(signal.SIGINT) is handler  # Lightning leaves a deaf process
    assert (tmp_path / "model").is_dir()
    assert len(train(splits, directory=tmp_path)[1]) == 3


def test_ignored_interrupts_stay_ignored(handler):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with InterruptHandler() as interrupts:
        os.kill(os.getpid(), signal.SIGINT)
        interrupts.on_validation_batch_end()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_other_threads_train_without_a_handler(handler):
    seen = []

    def enter():
        with InterruptHandler() as interrupts:
            seen.append(interrupts.listens)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [False]


def test_an_interrupt_after_the_last_batch_ends_it(train, splits, handler):
    class Late(pl.Callback):
        def on_train_epoch_end(self, trainer, *_):
            if trainer.current_epoch == trainer.max_epochs - 1:
                with contextlib.suppress(KeyboardInterrupt):
                    os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        train(splits, callbacks=[Late()])


def test_a_new_training_replaces_an_earlier_one(train, splits, tmp_path):
    train(splits, directory=tmp_path)
    _, history = train(splits, max_epochs=1, directory=tmp_path)
    assert list(history.index) == [1]


def test_an_earlier_training_stays_until_an_epoch_is_done(train, splits, tmp_path):
    _, expected = train(splits, directory=tmp_path)
    diverging = TrainingConfig(batch_size=16, optimizer="sgd", learning_rate=1e30)
    with pytest.raises(FashionGraphError, match="diverged"):
        train(splits, config=diverging, directory=tmp_path)
    _, history = train(splits, resume=True, directory=tmp_path)
    pd.testing.assert_frame_equal(history, expected)
