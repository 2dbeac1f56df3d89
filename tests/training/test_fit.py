from __future__ import annotations

import os
import signal

import lightning.pytorch as pl
import pandas as pd
import pytest
import torch

from fashiongraph.data.category_graph import category_graph
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import score_outfits
from fashiongraph.models import ADDGNN, DesignerTeacher, OutfitModel
from fashiongraph.objectives import ADDGNNObjective, RankingObjective
from fashiongraph.training import TrainingConfig, fit


def test_training_learns_and_keeps_the_best_epoch(train, parts, tmp_path):
    model, history = train(parts, max_epochs=12, directory=tmp_path)
    assert list(history.index) == list(range(12))
    assert history["train/loss"].iloc[-1] < history["train/loss"].iloc[0]
    assert history["valid/score"].max() > 0.65  # chance is 0.375
    assert (history["valid/score"] * 2).to_numpy() == pytest.approx(
        (history["valid/auc"] + history["valid/fitb"]).to_numpy(), rel=1e-4
    )
    assert not model.training
    kept = OutfitModel.load(tmp_path / "model")
    torch.testing.assert_close(score_outfits(kept, parts[0]), score_outfits(model, parts[0]))
    best = torch.load(tmp_path / "checkpoints" / "best.ckpt", weights_only=True)
    assert best["epoch"] == int(history["valid/score"].argmax())
    assert any((tmp_path / "tensorboard").rglob("events*"))


def test_a_seed_settles_everything(train, parts):
    (a, first), (b, second) = train(parts), train(parts)
    pd.testing.assert_frame_equal(first, second)
    assert all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))
    _, other = train(parts, seed=1)
    assert not first.equals(other)


def test_a_diverged_training_says_so(train, parts):
    recipe = TrainingConfig(batch_size=16, optimizer="sgd", learning_rate=1e30)
    with pytest.raises(FashionGraphError, match=r"diverged: after epoch 0 .*'learning_rate' \(got"):
        train(parts, config=recipe)
    features = parts[1].items.features.clone()
    features[3] = torch.nan
    broken = parts[1].with_items(parts[1].items.with_features(features))
    with pytest.raises(FashionGraphError, match="'valid' needs items whose features are all fin"):
        train((parts[0], broken))


@pytest.mark.parametrize(
    "settings", [{"precision": "8-bits"}, {"devices": "none"}, {"strategy": "none"}, {"speed": 9}]
)
def test_a_refused_setting_is_named_and_an_earlier_training_stays(train, parts, tmp_path, settings):
    train(parts, max_epochs=1, directory=tmp_path)
    with pytest.raises(FashionGraphError, match=r"Lightning's trainer refuses its settings: .+"):
        train(parts, max_epochs=1, directory=tmp_path, **settings)
    assert (tmp_path / "checkpoints" / "last.ckpt").exists()


def test_distils_from_a_frozen_teacher(train, parts):
    teacher = DesignerTeacher(8, 2)
    before = [p.clone() for p in teacher.parameters()]
    _, history = train(parts, objective=ADDGNNObjective(teacher=teacher))
    assert "train/distillation" in history
    assert all(torch.equal(a, b) for a, b in zip(before, teacher.parameters(), strict=True))


class Modes(pl.Callback):
    """Notes whether modules are in training mode when a training begins."""

    def on_train_batch_start(self, trainer, module, *_):
        self.model, self.part = module.model.training, module.model.scorer.training


def test_a_model_that_was_trained_before_is_in_training_mode_again(train, parts, tmp_path):
    modes, model = Modes(), ADDGNN(8, 8, 2, 1)
    kwargs = {"max_epochs": 1, "progress": False, "accelerator": "cpu", "callbacks": [modes]}
    fit(model, *parts, **kwargs)
    assert modes.model and not model.training
    fit(model, *parts, **kwargs)  # dropout was silently off here
    assert modes.model and modes.part
    model.train().scorer.eval()  # frozen by whoever trains
    fit(model, *parts, **kwargs)
    assert modes.model and not modes.part


def test_stops_early_when_nothing_improves(train, parts):
    _, history = train(parts, max_epochs=40, patience=1, config=TrainingConfig(learning_rate=1e-12))
    assert len(history) < 5


class Raise(pl.Callback):
    """Ends a training in its second epoch, as a signal of the operating system does."""

    def __init__(self, number):
        self.number = number

    def on_train_batch_end(self, trainer, *_):
        if trainer.current_epoch == 1:
            os.kill(os.getpid(), self.number)


def test_a_training_that_is_told_to_end_says_so(train, parts, tmp_path):
    # A shell without a terminal starts what runs in its background deaf to interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with pytest.raises(SystemExit) as ended:
        train(parts, callbacks=[Raise(signal.SIGTERM)], directory=tmp_path)
    assert ended.value.code == 143
    kept = ADDGNN.load(tmp_path / "model")  # of the epoch that was done
    best = torch.load(tmp_path / "checkpoints" / "best.ckpt", weights_only=True)
    assert best["epoch"] == 0
    for name, value in kept.state_dict().items():
        assert torch.equal(value, best["state_dict"][f"model.{name}"])
    with pytest.raises(KeyboardInterrupt):
        train(parts, callbacks=[Raise(signal.SIGINT)], directory=tmp_path)
    assert len(train(parts, resume=True, directory=tmp_path)[1]) == 3


def test_refuses_nothing_to_train_on_or_resume_from(train, parts, wardrobe, tmp_path):
    with pytest.raises(FashionGraphError, match="'train' and 'valid' need outfits"):
        train((wardrobe.select([]), wardrobe))
    with pytest.raises(FashionGraphError, match="'resume' needs the 'directory'"):
        train(parts, resume=True)
    with pytest.raises(FashionGraphError, match="'resume' needs a finished epoch"):
        train(parts, resume=True, directory=tmp_path)


@pytest.mark.parametrize("precision", ["bf16-mixed", "64-true"])
def test_other_precisions_train_too(train, parts, precision):
    _, history = train(parts, max_epochs=2, precision=precision)
    assert history["train/loss"].notna().all()


def test_a_model_does_not_take_the_place_of_something_else(train, parts, tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "net.py").touch()
    with pytest.raises(FashionGraphError, match=r"'path' needs .*model', which holds something"):
        train(parts, directory=tmp_path)
    assert [file.name for file in tmp_path.rglob("*")] == ["model", "net.py"]


def test_what_cannot_be_trained_is_refused(train, parts):
    single = Outfits.from_lists(parts[0].items, [[name] for name in parts[0].items.ids[:3]])
    with pytest.raises(FashionGraphError, match=r"outfits of two items \(got 0 and 30\)"):
        train((single, parts[1]))
    for name, value in (("max_epochs", 0), ("patience", -1), ("seed", -1)):
        with pytest.raises(FashionGraphError, match=rf"'{name}' .* \(got {value}\)"):
            train(parts, **{name: value})
    few = parts[0].with_items(parts[0].items.with_vocabulary(["category0"], unknown="default"))
    with pytest.raises(FashionGraphError, match=r"a node for each of the 5 categories .*\(got 1\)"):
        fit(ADDGNN(8, 8), *parts, graph=category_graph(few.category_id.clamp(min=0), few.batch, 1))
    with pytest.raises(FashionGraphError, match="needs 37 other items to draw strangers from"):
        train(parts, objective=RankingObjective(num_negatives=37))
    with pytest.raises(FashionGraphError, match="'directory' is needed where several processes"):
        train(parts, devices=2, strategy="ddp")


def test_every_process_needs_something_to_validate_on(train, parts, tmp_path):
    one = parts[1].select((parts[1].sizes > 1).nonzero().flatten()[:1])
    with pytest.raises(FashionGraphError, match=r"each of 2 processes \(got 1\)"):
        train((parts[0], one), directory=tmp_path, devices=2, strategy="ddp")
