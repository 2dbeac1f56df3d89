from __future__ import annotations

import lightning.pytorch as pl
import pandas as pd
import pytest
import torch
from lightning.pytorch.callbacks import EarlyStopping

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.models import CollocationNet
from fashiongraph.objectives import InBatchObjective, RankingObjective
from fashiongraph.training import TrainingConfig, fit, history


def test_logs_that_cannot_be_read_are_named(tmp_path):
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


def test_a_resumed_training_ends_where_an_undisturbed_one_does(train, splits, tmp_path):
    whole, expected = train(splits, max_epochs=6, directory=tmp_path / "whole")
    with pytest.raises(InterruptedError):
        train(splits, max_epochs=6, directory=tmp_path / "cut", callbacks=[Cut()])
    resumed, history = train(splits, max_epochs=6, directory=tmp_path / "cut", resume=True)
    pd.testing.assert_frame_equal(history, expected)
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_a_moved_training_goes_on_as_if_it_had_not_been(train, splits, tmp_path):
    train(splits, max_epochs=6, directory=tmp_path / "whole")
    with pytest.raises(InterruptedError):
        train(splits, max_epochs=6, directory=tmp_path / "cut", callbacks=[Cut()])
    (tmp_path / "cut").rename(tmp_path / "moved")
    _, history = train(splits, max_epochs=6, directory=tmp_path / "moved", resume=True)
    one, two = (
        torch.load(tmp_path / name / "checkpoints" / "best.ckpt", weights_only=True)
        for name in ("whole", "moved")
    )
    assert one["epoch"] == two["epoch"] == int(history["valid/score"].argmax())
    assert not (tmp_path / "cut").exists()


def test_a_training_resumes_as_what_it_began_as(train, splits, tmp_path):
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
    # Under a constant rate more epochs are what a longer training would have had.
    _, history = train(splits, max_epochs=2, resume=True, config=constant, directory=tmp_path)
    _, expected = train(splits, max_epochs=2, config=constant)
    pd.testing.assert_frame_equal(history, expected)
    train(splits, max_epochs=1, directory=tmp_path)
    with pytest.raises(FashionGraphError, match=r"'max_epochs' is 2 \(was 1\)"):
        train(splits, max_epochs=2, directory=tmp_path, resume=True)


def test_a_training_that_stopped_early_is_not_trained_on(train, splits, tmp_path):
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


def test_no_patience_goes_on_after_a_better_epoch(train, splits, tmp_path):
    config = TrainingConfig(batch_size=16, learning_rate=0.02, schedule="constant")
    kwargs = {"patience": 0, "config": config, "directory": tmp_path}
    assert len(train(splits, max_epochs=1, **kwargs)[1]) == 1
    assert len(train(splits, max_epochs=2, resume=True, **kwargs)[1]) == 2


def test_a_damaged_training_is_not_resumed(train, splits, tmp_path):
    constant = TrainingConfig(batch_size=16, schedule="constant")

    def resume(max_epochs=3):
        kwargs = {"config": constant, "directory": tmp_path, "resume": True}
        return train(splits, max_epochs=max_epochs, **kwargs)

    train(splits, max_epochs=2, config=constant, directory=tmp_path)
    with pytest.raises(FashionGraphError, match=r"at least the 2 that are finished \(got 1\)"):
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


def test_what_others_watch_does_not_end_a_training(train, splits, tmp_path):
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
def test_an_objective_of_other_numbers_is_another(began, goes_on, splits, tmp_path):
    def run(objective, epochs, **kwargs):
        config = TrainingConfig(batch_size=16, schedule="constant")
        kwargs |= {"config": config, "max_epochs": epochs, "directory": tmp_path}
        fit(CollocationNet(8, 4), *splits, objective=objective, progress=False, **kwargs)

    run(began, 1)
    with pytest.raises(FashionGraphError, match=r"'resume' needs the settings .*'objective' is"):
        run(goes_on, 2, resume=True)
    run(began, 2, resume=True)
