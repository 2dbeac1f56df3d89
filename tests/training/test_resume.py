from __future__ import annotations

import shutil

import lightning.pytorch as pl
import pandas as pd
import pytest
import torch
from lightning.pytorch.callbacks import EarlyStopping

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.models import CollocationNet
from fashiongraph.objectives import InBatchObjective, RankingObjective
from fashiongraph.training import TrainingConfig, fit, history


def test_unreadable_logs_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"metrics.csv, cannot be read: No objects"):
        history(tmp_path)
    (tmp_path / "logs" / "version_0").mkdir(parents=True)
    (tmp_path / "logs" / "version_0" / "metrics.csv").touch()
    with pytest.raises(DataError, match=r"metrics.csv, cannot be read: No columns"):
        history(tmp_path)


class Cut(pl.Callback):
    """Ends the training in the middle of an epoch, as a killed process would."""

    def on_train_batch_end(self, trainer, *_):
        if trainer.current_epoch == 3:
            raise InterruptedError


def test_a_resumed_training_equals_an_uninterrupted_one(train, splits, tmp_path):
    complete, expected = train(splits, max_epochs=6, directory=tmp_path / "complete")
    with pytest.raises(InterruptedError):
        train(splits, max_epochs=6, directory=tmp_path / "cut", callbacks=[Cut()])
    resumed, history = train(splits, max_epochs=6, directory=tmp_path / "cut", resume=True)
    pd.testing.assert_frame_equal(history, expected)
    for name, value in complete.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_a_moved_training_is_resumed(train, splits, tmp_path):
    train(splits, max_epochs=6, directory=tmp_path / "complete")
    with pytest.raises(InterruptedError):
        train(splits, max_epochs=6, directory=tmp_path / "cut", callbacks=[Cut()])
    (tmp_path / "cut").rename(tmp_path / "moved")
    _, history = train(splits, max_epochs=6, directory=tmp_path / "moved", resume=True)
    one, two = (
        torch.load(tmp_path / name / "checkpoints" / "best.ckpt", weights_only=True)
        for name in ("complete", "moved")
    )
    assert one["epoch"] == two["epoch"] == int(history["valid/score"].argmax())
    assert not (tmp_path / "cut").exists()


def test_other_settings_are_refused(train, splits, tmp_path):
    constant = TrainingConfig(batch_size=16, schedule="constant")
    train(splits, max_epochs=1, config=constant, directory=tmp_path)
    changed = splits[0].with_items(splits[0].items.with_features(splits[0].items.features * 2))
    for kwargs, message in (
        ({"seed": 1}, r"'seed' is 1 \(was 0\), 'valid' is \w+ \(was \w+\)$"),
        (
            {"config": TrainingConfig(batch_size=16, learning_rate=0.02)},
            r"'learning_rate' is 0.02 .*'schedule' is cosine \(was constant\)",
        ),
        ({"objective": RankingObjective(num_negatives=2)}, "'objective' is RankingObjective"),
        ({"patience": 3}, r"'patience' is 3 \(was None\)"),
        ({"precision": "bf16-mixed"}, "'precision' is bf16-mixed"),
    ):
        kwargs = {"config": constant, "max_epochs": 1, "directory": tmp_path, **kwargs}
        with pytest.raises(FashionGraphError, match=message):
            train(splits, resume=True, **kwargs)
    with pytest.raises(FashionGraphError, match=r"but 'train' is \w+ \(was \w+\)"):
        train((changed, splits[1]), resume=True, config=constant, directory=tmp_path)
    # Under a constant rate the epochs of a longer training are the same.
    _, history = train(splits, max_epochs=2, resume=True, config=constant, directory=tmp_path)
    _, expected = train(splits, max_epochs=2, config=constant)
    pd.testing.assert_frame_equal(history, expected)
    train(splits, max_epochs=1, directory=tmp_path)
    with pytest.raises(FashionGraphError, match=r"'max_epochs' is 2 \(was 1\)"):
        train(splits, max_epochs=2, directory=tmp_path, resume=True)


def test_an_early_stopped_training_is_finished(train, splits, tmp_path):
    kwargs = {"max_epochs": 40, "patience": 1, "directory": tmp_path}
    model, history = train(splits, config=TrainingConfig(learning_rate=1e-12), **kwargs)
    last = (tmp_path / "checkpoints" / "last.ckpt").read_bytes()
    for _ in range(2):
        again, same = train(
            splits, config=TrainingConfig(learning_rate=1e-12), resume=True, **kwargs
        )
        pd.testing.assert_frame_equal(history, same)
    assert (tmp_path / "checkpoints" / "last.ckpt").read_bytes() == last
    assert all(map(torch.equal, model.parameters(), again.parameters()))


def test_patience_zero_continues_after_a_better_epoch(train, splits, tmp_path):
    config = TrainingConfig(batch_size=16, learning_rate=0.02, schedule="constant")
    kwargs = {"patience": 0, "config": config, "directory": tmp_path}
    assert len(train(splits, max_epochs=1, **kwargs)[1]) == 1
    assert len(train(splits, max_epochs=2, resume=True, **kwargs)[1]) == 2


def test_a_damaged_training_is_refused(train, splits, tmp_path):
    constant = TrainingConfig(batch_size=16, schedule="constant")

    def resume(max_epochs=3):
        kwargs = {"config": constant, "directory": tmp_path, "resume": True}
        return train(splits, max_epochs=max_epochs, **kwargs)

    train(splits, max_epochs=2, config=constant, directory=tmp_path)
    with pytest.raises(FashionGraphError, match=r"'max_epochs'.*at least the 2 .*got 1"):
        resume(1)
    for name in ("last", "best"):
        file = tmp_path / "checkpoints" / f"{name}.ckpt"
        content = file.read_bytes()
        for broken in (content[:1000], b""):
            file.write_bytes(broken)
            with pytest.raises(DataError, match=f"{name}.ckpt: the checkpoint cannot be read: "):
                resume()
        file.write_bytes(content)
    (tmp_path / "checkpoints" / "best.ckpt").rename(tmp_path / "best")
    with pytest.raises(DataError, match=r"best.ckpt: the checkpoint is missing"):
        resume()
    (tmp_path / "best").rename(tmp_path / "checkpoints" / "best.ckpt")
    (tmp_path / "logs").rename(tmp_path / "away")
    with pytest.raises(DataError, match=r"the training's logs, .* cannot be read"):
        resume()
    (tmp_path / "away").rename(tmp_path / "logs")
    assert len(resume()[1]) == 3


def test_early_stopping_on_other_metrics_is_ignored(train, splits, tmp_path):
    def theirs():
        return EarlyStopping("train/loss", mode="max", patience=50)  # it falls: none is better

    kwargs = {"max_epochs": 6, "patience": 2, "directory": tmp_path}
    with pytest.raises(InterruptedError):
        train(splits, callbacks=[theirs(), Cut()], **kwargs)
    _, history = train(splits, callbacks=[theirs()], resume=True, **kwargs)
    assert len(history) > 3


@pytest.mark.parametrize(
    ("began", "goes_on"),
    [
        (RankingObjective(num_negatives=2), RankingObjective(num_negatives=3)),
        (RankingObjective(), RankingObjective(lambda_distillation=0.5)),
        (InBatchObjective(20.0), InBatchObjective(5.0)),
    ],
)
def test_another_objective_is_refused(began, goes_on, splits, tmp_path):
    def run(objective, epochs, **kwargs):
        config = TrainingConfig(batch_size=16, schedule="constant")
        kwargs |= {"config": config, "max_epochs": epochs, "directory": tmp_path}
        fit(CollocationNet(8, 4), *splits, objective=objective, progress=False, **kwargs)

    run(began, 1)
    with pytest.raises(FashionGraphError, match=r"'resume'.*'objective' is"):
        run(goes_on, 2, resume=True)
    run(began, 2, resume=True)


CONSTANT = TrainingConfig(batch_size=16, learning_rate=0.02, schedule="constant")


def test_an_epoch_without_its_log_has_its_metrics(tmp_path, splits, train):
    """A process may be killed after its checkpoint and before its log."""
    _, trained = train(splits, config=CONSTANT, max_epochs=2, directory=tmp_path)
    (log,) = tmp_path.glob("logs/*/metrics.csv")
    rows = pd.read_csv(log)
    rows[rows["epoch"] == 0].to_csv(log, index=False)
    assert history(tmp_path).to_dict() == trained.to_dict()
    _, resumed = train(splits, config=CONSTANT, max_epochs=3, directory=tmp_path, resume=True)
    assert not resumed.isna().any(axis=None)
    assert resumed.head(2).to_dict() == trained.to_dict()


def test_a_new_training_is_resumed_if_it_had_not_replaced_the_settings(tmp_path, splits, train):
    """A process may be killed after the first checkpoint of a training over an earlier one."""
    train(splits, config=CONSTANT, max_epochs=3, directory=tmp_path / "old", seed=1)
    _, expected = train(splits, config=CONSTANT, max_epochs=3, directory=tmp_path / "new", seed=2)
    train(splits, config=CONSTANT, max_epochs=1, directory=tmp_path / "killed", seed=2)
    for name in ("last.ckpt", "best.ckpt"):
        shutil.copy(tmp_path / "killed/checkpoints" / name, tmp_path / "old/checkpoints" / name)
    with pytest.raises(FashionGraphError, match="'seed' is 1 .was 2"):
        train(
            splits, config=CONSTANT, max_epochs=3, directory=tmp_path / "old", seed=1, resume=True
        )
    _, resumed = train(
        splits, config=CONSTANT, max_epochs=3, directory=tmp_path / "old", seed=2, resume=True
    )
    assert resumed.to_dict() == expected.to_dict()


def test_an_earlier_training_is_resumed_until_the_new_one_has_a_checkpoint(tmp_path, splits, train):
    train(splits, config=CONSTANT, max_epochs=1, directory=tmp_path)
    before = (tmp_path / "checkpoints" / "last.ckpt").read_bytes()

    class Killed(pl.Callback):
        def on_train_epoch_end(self, *_):
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        train(
            splits, config=CONSTANT, max_epochs=1, directory=tmp_path, seed=5, callbacks=[Killed()]
        )
    assert (tmp_path / "checkpoints" / "last.ckpt").read_bytes() == before
    _, resumed = train(splits, config=CONSTANT, max_epochs=2, directory=tmp_path, resume=True)
    assert len(resumed) == 2
