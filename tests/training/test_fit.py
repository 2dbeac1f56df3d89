from __future__ import annotations

import logging
import os
import signal

import lightning.pytorch as pl
import pandas as pd
import pytest
import torch

from fashiongraph.data.category_graph import category_graph
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.evaluation import score_outfits
from fashiongraph.models import (
    ADDGNN,
    ADDGNNObjective,
    DesignerTeacher,
    OutfitModel,
    RankingObjective,
)
from fashiongraph.training import Recipe, fit

RECIPE = Recipe(batch_size=16, learning_rate=0.02)


@pytest.fixture(autouse=True)
def quiet():
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)


@pytest.fixture
def parts(wardrobe):
    """Outfits whose items share one of four styles, which their features tell."""
    rng = torch.Generator().manual_seed(0)
    style = torch.arange(40) % 4
    features = torch.randn(40, 8, generator=rng) / 4
    features[torch.arange(40), style] += 1
    items = wardrobe.items.with_features(features)
    size = 4
    chosen = torch.rand(90, 10, generator=rng).argsort(1)[:, :size]  # different items
    item_id = (4 * chosen + (torch.arange(90) % 4).unsqueeze(1)).flatten()
    outfits = Outfits(items, torch.arange(91) * size, item_id)
    return outfits.select(slice(0, 60)), outfits.select(slice(60, 90))


def train(parts, **kwargs):
    torch.manual_seed(0)
    model = ADDGNN(8, 8, 2, 1)
    graph = category_graph(parts[0].category_id, parts[0].batch, 5)
    kwargs = {"recipe": RECIPE, "max_epochs": 3, "progress": False, **kwargs}
    return model, fit(model, *parts, graph=graph, accelerator="cpu", **kwargs)


def test_training_learns_and_keeps_the_best_epoch(parts, tmp_path):
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


def test_a_seed_settles_everything(parts):
    (a, first), (b, second) = train(parts), train(parts)
    pd.testing.assert_frame_equal(first, second)
    assert all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))
    _, other = train(parts, seed=1)
    assert not first.equals(other)


class Cut(pl.Callback):
    """Ends the training in the middle of an epoch, as a killed process would."""

    def on_train_batch_end(self, trainer, *_):
        if trainer.current_epoch == 3:
            raise InterruptedError


def test_a_resumed_training_ends_where_an_undisturbed_one_does(parts, tmp_path):
    whole, expected = train(parts, max_epochs=6, directory=tmp_path / "whole")
    with pytest.raises(InterruptedError):
        train(parts, max_epochs=6, directory=tmp_path / "cut", callbacks=[Cut()])
    resumed, history = train(parts, max_epochs=6, directory=tmp_path / "cut", resume=True)
    pd.testing.assert_frame_equal(history, expected)
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_a_moved_training_goes_on_as_if_it_had_not_been(parts, tmp_path):
    train(parts, max_epochs=6, directory=tmp_path / "whole")
    with pytest.raises(InterruptedError):
        train(parts, max_epochs=6, directory=tmp_path / "cut", callbacks=[Cut()])
    (tmp_path / "cut").rename(tmp_path / "moved")
    _, history = train(parts, max_epochs=6, directory=tmp_path / "moved", resume=True)
    one, two = (
        torch.load(tmp_path / name / "checkpoints" / "best.ckpt", weights_only=True)
        for name in ("whole", "moved")
    )
    assert one["epoch"] == two["epoch"] == int(history["valid/score"].argmax())
    assert not (tmp_path / "cut").exists()


def test_a_training_resumes_as_what_it_began_as(parts, tmp_path):
    constant = Recipe(batch_size=16, schedule="constant")
    train(parts, max_epochs=1, recipe=constant, directory=tmp_path)
    changed = parts[0].with_items(parts[0].items.with_features(parts[0].items.features * 2))
    for kwargs, message in (
        ({"seed": 1}, r"'seed' is 1 \(was 0\), 'valid' is \w+ \(was \w+\)$"),
        ({"recipe": RECIPE}, r"'learning_rate' is 0.02 .*'schedule' is cosine \(was constant\)"),
        ({"objective": RankingObjective(num_negatives=2)}, "'objective' is RankingObjective"),
        ({"patience": 3}, r"'patience' is 3 \(was None\)"),
        ({"precision": "bf16-mixed"}, "'precision' is bf16-mixed"),
    ):
        kwargs = {"recipe": constant, "max_epochs": 1, "directory": tmp_path, **kwargs}
        with pytest.raises(FashionGraphError, match=message):
            train(parts, resume=True, **kwargs)
    with pytest.raises(FashionGraphError, match=r"but 'train' is \w+ \(was \w+\)"):
        train((changed, parts[1]), resume=True, recipe=constant, directory=tmp_path)
    # Under a constant rate more epochs are what a longer training would have had.
    _, history = train(parts, max_epochs=2, resume=True, recipe=constant, directory=tmp_path)
    _, expected = train(parts, max_epochs=2, recipe=constant)
    pd.testing.assert_frame_equal(history, expected)
    train(parts, max_epochs=1, directory=tmp_path)
    with pytest.raises(FashionGraphError, match=r"'max_epochs' is 2 \(was 1\)"):
        train(parts, max_epochs=2, directory=tmp_path, resume=True)


def test_a_diverged_training_says_so(parts):
    recipe = Recipe(batch_size=16, optimizer="sgd", learning_rate=1e30)
    with pytest.raises(FashionGraphError, match=r"diverged: after epoch 0 .*'learning_rate' \(got"):
        train(parts, recipe=recipe)
    features = parts[1].items.features.clone()
    features[3] = torch.nan
    broken = parts[1].with_items(parts[1].items.with_features(features))
    with pytest.raises(FashionGraphError, match="'valid' needs items whose features are all fin"):
        train((parts[0], broken))


@pytest.mark.parametrize(
    "settings", [{"precision": "8-bits"}, {"devices": "none"}, {"strategy": "none"}, {"speed": 9}]
)
def test_a_refused_setting_is_named_and_an_earlier_training_stays(parts, tmp_path, settings):
    train(parts, max_epochs=1, directory=tmp_path)
    with pytest.raises(FashionGraphError, match=r"Lightning's trainer refuses its settings: .+"):
        train(parts, max_epochs=1, directory=tmp_path, **settings)
    assert (tmp_path / "checkpoints" / "last.ckpt").exists()


def test_distils_from_a_frozen_teacher(parts):
    teacher = DesignerTeacher(8, 2)
    before = [p.clone() for p in teacher.parameters()]
    _, history = train(parts, objective=ADDGNNObjective(teacher=teacher))
    assert "train/distillation" in history
    assert all(torch.equal(a, b) for a, b in zip(before, teacher.parameters(), strict=True))


def test_stops_early_when_nothing_improves(parts):
    _, history = train(parts, max_epochs=40, patience=1, recipe=Recipe(learning_rate=1e-12))
    assert len(history) < 5


def test_a_training_that_stopped_early_is_not_trained_on(parts, tmp_path):
    kwargs = {"max_epochs": 40, "patience": 1, "directory": tmp_path}
    model, history = train(parts, recipe=Recipe(learning_rate=1e-12), **kwargs)
    last = (tmp_path / "checkpoints" / "last.ckpt").read_bytes()
    for _ in range(2):
        again, same = train(parts, recipe=Recipe(learning_rate=1e-12), resume=True, **kwargs)
        pd.testing.assert_frame_equal(history, same)
    assert (tmp_path / "checkpoints" / "last.ckpt").read_bytes() == last
    assert all(map(torch.equal, model.parameters(), again.parameters()))


def test_no_patience_goes_on_after_a_better_epoch(parts, tmp_path):
    recipe = Recipe(batch_size=16, learning_rate=0.02, schedule="constant")
    kwargs = {"patience": 0, "recipe": recipe, "directory": tmp_path}
    assert len(train(parts, max_epochs=1, **kwargs)[1]) == 1
    assert len(train(parts, max_epochs=2, resume=True, **kwargs)[1]) == 2


class Raise(pl.Callback):
    """Ends a training in its second epoch, as a signal of the operating system does."""

    def __init__(self, number):
        self.number = number

    def on_train_batch_end(self, trainer, *_):
        if trainer.current_epoch == 1:
            os.kill(os.getpid(), self.number)


def test_a_training_that_is_told_to_end_says_so(parts, tmp_path):
    # A shell without a terminal starts what runs in its background deaf to interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with pytest.raises(SystemExit) as ended:
        train(parts, callbacks=[Raise(signal.SIGTERM)], directory=tmp_path)
    assert ended.value.code == 143
    with pytest.raises(KeyboardInterrupt):
        train(parts, callbacks=[Raise(signal.SIGINT)], directory=tmp_path)
    assert len(train(parts, resume=True, directory=tmp_path)[1]) == 3


def test_a_damaged_training_is_not_resumed(parts, tmp_path):
    constant = Recipe(batch_size=16, schedule="constant")

    def resume(max_epochs=3):
        kwargs = {"recipe": constant, "directory": tmp_path, "resume": True}
        return train(parts, max_epochs=max_epochs, **kwargs)

    train(parts, max_epochs=2, recipe=constant, directory=tmp_path)
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


def test_refuses_nothing_to_train_on_or_resume_from(parts, wardrobe, tmp_path):
    with pytest.raises(FashionGraphError, match="'train' and 'valid' need outfits"):
        train((wardrobe.select([]), wardrobe))
    with pytest.raises(FashionGraphError, match="'resume' needs the 'directory'"):
        train(parts, resume=True)
    with pytest.raises(FashionGraphError, match="'resume' needs a finished epoch"):
        train(parts, resume=True, directory=tmp_path)


@pytest.mark.parametrize("precision", ["bf16-mixed", "64-true"])
def test_other_precisions_train_too(parts, precision):
    _, history = train(parts, max_epochs=2, precision=precision)
    assert history["train/loss"].notna().all()


def test_a_new_training_takes_the_place_of_an_earlier_one(parts, tmp_path):
    train(parts, directory=tmp_path)
    _, history = train(parts, max_epochs=1, directory=tmp_path)
    assert list(history.index) == [0]


def test_an_earlier_training_stays_until_another_has_finished_an_epoch(parts, tmp_path):
    _, expected = train(parts, directory=tmp_path)
    diverging = Recipe(batch_size=16, optimizer="sgd", learning_rate=1e30)
    with pytest.raises(FashionGraphError, match="diverged"):
        train(parts, recipe=diverging, directory=tmp_path)
    _, history = train(parts, resume=True, directory=tmp_path)
    pd.testing.assert_frame_equal(history, expected)


def test_a_model_does_not_take_the_place_of_something_else(parts, tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "net.py").touch()
    with pytest.raises(FashionGraphError, match=r"'path' needs .*model', which holds something"):
        train(parts, directory=tmp_path)
    assert [file.name for file in tmp_path.rglob("*")] == ["model", "net.py"]


def test_what_cannot_be_trained_is_refused(parts):
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


def test_every_process_needs_something_to_validate_on(parts, tmp_path):
    one = parts[1].select((parts[1].sizes > 1).nonzero().flatten()[:1])
    with pytest.raises(FashionGraphError, match=r"each of 2 processes \(got 1\)"):
        train((parts[0], one), directory=tmp_path, devices=2, strategy="ddp")
