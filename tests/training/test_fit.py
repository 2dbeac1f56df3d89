from __future__ import annotations

import os
import signal
from dataclasses import replace

import lightning.pytorch as pl
import pandas as pd
import pytest
import torch
from lightning.pytorch.callbacks import StochasticWeightAveraging
from lightning.pytorch.loggers import CSVLogger
from torch_geometric.nn import global_mean_pool

from fashiongraph.data.category_graph import category_graph
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import score_outfits
from fashiongraph.models import ADDGNN, ADDGNNPlus, DesignerTeacher, OutfitModel
from fashiongraph.objectives import ADDGNNObjective, RankingObjective
from fashiongraph.training import TrainingConfig, fit


def test_training_learns_and_keeps_the_best_epoch(train, splits, tmp_path):
    model, history = train(splits, max_epochs=12, directory=tmp_path)
    assert list(history.index) == list(range(1, 13))
    assert history["train/loss"].iloc[-1] < history["train/loss"].iloc[0]
    assert history["valid/score"].max() > 0.65  # chance is 0.375
    assert (history["valid/score"] * 2).to_numpy() == pytest.approx(
        (history["valid/auc"] + history["valid/fitb"]).to_numpy(), rel=1e-4
    )
    assert not model.training
    kept = OutfitModel.load(tmp_path / "model")
    torch.testing.assert_close(score_outfits(kept, splits[0]), score_outfits(model, splits[0]))
    best = torch.load(tmp_path / "checkpoints" / "best.ckpt", weights_only=True)
    assert best["epoch"] + 1 == history["valid/score"].idxmax()
    assert any((tmp_path / "tensorboard").rglob("events*"))


def test_a_seed_reproduces_a_training(train, splits):
    (a, first), (b, second) = train(splits), train(splits)
    pd.testing.assert_frame_equal(first, second)
    assert all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))
    _, other = train(splits, seed=1)
    assert not first.equals(other)


def test_a_diverged_training_is_an_error(train, splits):
    config = TrainingConfig(batch_size=16, optimizer="sgd", learning_rate=1e30)
    with pytest.raises(FashionGraphError, match=r"'learning_rate'.* epoch 1 .*1e\+30"):
        train(splits, config=config)
    config = TrainingConfig(batch_size=16, optimizer="sgd", learning_rate=1e4)
    with pytest.raises(FashionGraphError, match="'precision'.* epoch 1 .*16-true"):
        train(splits, config=config, precision="16-true")
    features = splits[1].items.features.clone()
    features[3] = torch.nan
    broken = splits[1].with_items(splits[1].items.with_features(features))
    with pytest.raises(FashionGraphError, match="'features'.*finite"):
        train((splits[0], broken))


@pytest.mark.parametrize(
    "settings", [{"precision": "8-bits"}, {"devices": "none"}, {"strategy": "none"}, {"speed": 9}]
)
def test_a_refused_argument_keeps_the_earlier_training(train, splits, tmp_path, settings):
    train(splits, max_epochs=1, directory=tmp_path)
    with pytest.raises(FashionGraphError, match=r"Trainer refuses.*"):
        train(splits, max_epochs=1, directory=tmp_path, **settings)
    assert (tmp_path / "checkpoints" / "last.ckpt").exists()


def test_a_slurm_allocation_that_lightning_refuses(train, splits, monkeypatch):
    allocation = {"NTASKS": 4, "JOB_ID": 1, "JOB_NAME": "train", "NNODES": 1}
    allocation |= {"PROCID": 0, "LOCALID": 0, "NODEID": 0}
    for name, value in allocation.items():
        monkeypatch.setenv(f"SLURM_{name}", str(value))
    with pytest.raises(FashionGraphError, match=r"Trainer refuses.*--ntasks"):
        train(splits, max_epochs=1)


def test_distils_from_a_frozen_teacher(train, splits):
    teacher = DesignerTeacher(8, 2)
    before = [p.clone() for p in teacher.parameters()]
    _, history = train(splits, objective=ADDGNNObjective(teacher=teacher))
    assert "train/distillation" in history
    assert all(torch.equal(a, b) for a, b in zip(before, teacher.parameters(), strict=True))


class Modes(pl.Callback):
    """Records whether modules are in training mode."""

    def on_train_batch_start(self, trainer, module, *_):
        self.model, self.scorer = module.model.training, module.model.scorer.training


def test_a_trained_model_returns_to_training_mode(train, splits, tmp_path):
    modes, model = Modes(), ADDGNN(8, 8, 2, 1)
    kwargs = {"max_epochs": 1, "progress": False, "accelerator": "cpu", "callbacks": [modes]}
    fit(model, *splits, **kwargs)
    assert modes.model and not model.training
    fit(model, *splits, **kwargs)  # dropout was silently off here
    assert modes.model and modes.scorer
    model.train().scorer.eval()  # frozen by the caller
    fit(model, *splits, **kwargs)
    assert modes.model and not modes.scorer


def test_stops_early_without_improvement(train, splits):
    _, history = train(
        splits, max_epochs=40, patience=1, config=TrainingConfig(learning_rate=1e-12)
    )
    assert len(history) < 5


class Raise(pl.Callback):
    """Ends a training in its second epoch, as a signal of the operating system does."""

    def __init__(self, number):
        self.number = number

    def on_train_batch_end(self, trainer, *_):
        if trainer.current_epoch == 1:
            os.kill(os.getpid(), self.number)


def test_signals_set_the_exit_status(train, splits, tmp_path):
    # A shell without a terminal starts background processes with interrupts ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with pytest.raises(SystemExit) as ended:
        train(splits, callbacks=[Raise(signal.SIGTERM)], directory=tmp_path)
    assert ended.value.code == 143
    kept = ADDGNN.load(tmp_path / "model")  # of the epoch that was done
    best = torch.load(tmp_path / "checkpoints" / "best.ckpt", weights_only=True)
    assert best["epoch"] == 0
    for name, value in kept.state_dict().items():
        assert torch.equal(value, best["state_dict"][f"model.{name}"])
    with pytest.raises(KeyboardInterrupt):
        train(splits, callbacks=[Raise(signal.SIGINT)], directory=tmp_path)
    assert len(train(splits, resume=True, directory=tmp_path)[1]) == 3


def test_missing_outfits_or_checkpoints_are_refused(train, splits, wardrobe, tmp_path):
    with pytest.raises(FashionGraphError, match="'train'.*0"):
        train((wardrobe.select([]), wardrobe))
    unweighted = Outfits(wardrobe.items, wardrobe.ptr, wardrobe.item_id, weight=0 * wardrobe.sizes)
    with pytest.raises(FashionGraphError, match="'train' needs an outfit of positive weight"):
        train((unweighted, wardrobe))
    with pytest.raises(FashionGraphError, match="'resume'.*'directory'"):
        train(splits, resume=True)
    with pytest.raises(FashionGraphError, match="'resume'.*last.ckpt"):
        train(splits, resume=True, directory=tmp_path)


@pytest.mark.parametrize("precision", ["bf16-mixed", "64-true"])
def test_other_precisions_train(train, splits, precision):
    _, history = train(splits, max_epochs=2, precision=precision)
    assert history["train/loss"].notna().all()


def test_a_foreign_folder_is_not_replaced(train, splits, tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "net.py").touch()
    with pytest.raises(FashionGraphError, match="'directory'.*'model'"):
        train(splits, directory=tmp_path)
    assert [file.name for file in tmp_path.rglob("*")] == ["model", "net.py"]


def test_invalid_arguments_are_refused(train, splits):
    single = Outfits.from_lists(splits[0].items, [[name] for name in splits[0].items.ids[:3]])
    with pytest.raises(FashionGraphError, match="'train'.*0"):
        train((single, splits[1]))
    for name, value in (("max_epochs", 0), ("patience", -1), ("seed", -1)):
        with pytest.raises(FashionGraphError, match=rf"'{name}' .* \(got {value}\)"):
            train(splits, **{name: value})
    few = splits[0].with_items(splits[0].items.with_vocabulary(["category0"], unknown="default"))
    with pytest.raises(FashionGraphError, match="'graph'.*5 categories.*1"):
        fit(ADDGNN(8, 8), *splits, graph=category_graph(few.category_id.clamp(min=0), few.batch, 1))
    with pytest.raises(FashionGraphError, match=r"'num_negatives'.*got 37"):
        train(splits, objective=RankingObjective(num_negatives=37))
    with pytest.raises(FashionGraphError, match="'directory'.*several processes"):
        train(splits, devices=2, strategy="ddp")


def test_every_process_needs_validation_outfits(train, splits, tmp_path):
    one = splits[1].select((splits[1].sizes > 1).nonzero().flatten()[:1])
    with pytest.raises(FashionGraphError, match=r"each of 2 processes \(got 1\)"):
        train((splits[0], one), directory=tmp_path, devices=2, strategy="ddp")


def test_without_validation_the_last_epoch_is_kept(splits, tmp_path):
    torch.manual_seed(0)
    model = ADDGNN(8, 8, 2, 1)
    history = fit(model, splits[0], max_epochs=2, directory=tmp_path, progress=False)
    assert list(history.index) == [1, 2]
    assert not any(name.startswith("valid/") for name in history)
    last = torch.load(tmp_path / "checkpoints" / "last.ckpt", weights_only=True)
    for name, value in model.state_dict().items():
        assert torch.equal(value, last["state_dict"][f"model.{name}"])
    again = fit(model, splits[0], max_epochs=2, directory=tmp_path, resume=True, progress=False)
    pd.testing.assert_frame_equal(again, history)
    with pytest.raises(FashionGraphError, match="'patience'.*'valid'"):
        fit(model, splits[0], patience=1)


def test_trainer_arguments_replace_the_defaults(train, splits, tmp_path):
    arguments = {
        "gradient_clip_val": 0.5,
        "log_every_n_steps": 2,
        "enable_model_summary": True,
        "num_sanity_val_steps": 1,
        "enable_progress_bar": False,
    }
    seen = {}

    class Look(pl.Callback):
        def on_train_start(self, trainer, module):
            seen["clip"], seen["loggers"] = trainer.gradient_clip_val, list(trainer.loggers)

    logger = CSVLogger(tmp_path / "logger")
    train(splits, max_epochs=1, callbacks=[Look()], logger=logger, **arguments)
    assert seen["clip"] == 0.5
    assert seen["loggers"][1:] == [logger]
    train(splits, max_epochs=1, callbacks=[Look()], logger=False)
    assert len(seen["loggers"]) == 1


def test_averaged_weights_are_kept(train, splits):
    averaging = StochasticWeightAveraging(swa_lrs=0.01, swa_epoch_start=1, annealing_epochs=1)
    model, _ = train(splits, max_epochs=4, callbacks=[averaging])
    plain, _ = train(splits, max_epochs=4)
    average = averaging._average_model.model.state_dict()
    for name, value in model.state_dict().items():
        torch.testing.assert_close(value, average[name])
    assert any(
        not torch.equal(a, b) for a, b in zip(model.parameters(), plain.parameters(), strict=True)
    )


def test_a_plain_module_trains(splits):
    class Mean(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.lin = torch.nn.Linear(8, 8)

        def forward(self, batch):
            h = torch.nn.functional.normalize(self.lin(batch.x), dim=-1)
            mean = global_mean_pool(h, batch.batch, batch.num_graphs)
            return 10 * mean.square().sum(dim=-1)

    torch.manual_seed(0)
    model = Mean()
    history = fit(model, *splits, max_epochs=6, progress=False)
    assert history["train/loss"].iloc[-1] < history["train/loss"].iloc[0]
    with pytest.raises(FashionGraphError, match="'directory'.*OutfitModel"):
        fit(model, *splits, directory="anywhere")


def test_features_of_another_width_are_refused(splits):
    with pytest.raises(FashionGraphError, match="'train'.*5 features.*8"):
        fit(ADDGNN(5, 8), *splits)
    with pytest.raises(FashionGraphError, match="'graph'.*ADDGNNPlus"):
        fit(ADDGNNPlus(8), *splits)
    with pytest.raises(FashionGraphError, match="'teacher'.*normalize"):
        teacher = DesignerTeacher(8, 2, normalize=False)
        fit(ADDGNN(8, 8, 2), *splits, objective=ADDGNNObjective(teacher=teacher), progress=False)


def test_validation_outfits_are_indexed_by_the_vocabulary_of_the_training(splits, train):
    _, expected = train(splits)
    first, valid = splits
    turned = valid.with_items(valid.items.with_vocabulary(first.items.categories[::-1]))
    assert turned.category_id.tolist() != valid.category_id.tolist()
    _, found = train((first, turned))
    assert found.to_dict() == expected.to_dict()
    unknown = replace(valid.items, categories=[*"vwxyz"])
    with pytest.raises(FashionGraphError, match="every category"):
        train((first, valid.with_items(unknown)))
