"""What holds of every baseline that reads an outfit as a set."""

from __future__ import annotations

import pytest
import torch
from torch.func import functional_call

from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models import OutfitModel
from fashiongraph.models.baselines import SetTransformer, Siamese, TypeAware
from fashiongraph.nn import CandidateSoftmaxLoss, FocalLoss
from fashiongraph.objectives import (
    ContrastiveObjective,
    RankingObjective,
    TypeAwareObjective,
    default_objective,
    paper_objective,
)
from fashiongraph.training import TrainingConfig, fit

SMALL = {
    "Siamese": lambda: Siamese(8, 3),
    "TypeAware, cosine": lambda: TypeAware(8, 5, 3, "cosine"),
    "TypeAware, euclidean": lambda: TypeAware(8, 5, 3, "euclidean"),
    "SetTransformer": lambda: SetTransformer(8, 4, 1, 2, 3, dropout=0.0),
}


@pytest.fixture(params=SMALL)
def model(request):
    torch.manual_seed(0)
    return SMALL[request.param]().eval()


def test_the_order_of_items_and_the_batch_do_not_matter(model, wardrobe):
    whole = model(next(iter(OutfitLoader(wardrobe, batch_size=60))))
    alone = torch.cat([model(b) for b in OutfitLoader(wardrobe, batch_size=1)])
    flipped = [part.flip(0) for part in wardrobe.item_id.split(wardrobe.sizes.tolist())]
    turned = type(wardrobe)(wardrobe.items, wardrobe.ptr, torch.cat(flipped))
    loops = OutfitLoader(wardrobe, batch_size=60, self_loops=True)
    other = [model(next(iter(b))) for b in (OutfitLoader(turned, batch_size=60), loops)]
    for score in (alone, *other):
        torch.testing.assert_close(whole, score, rtol=1e-5, atol=1e-6)
    assert (whole[wardrobe.sizes == 1] == 0).all()
    assert len(whole.unique()) > 40


def test_an_empty_batch_has_no_scores_and_an_empty_outfit_scores_nothing(model, wardrobe):
    assert model(OutfitLoader(wardrobe).batcher(wardrobe.select([]))).shape == (0,)
    items = torch.tensor([3, 3, 5])
    outfits = type(wardrobe)(wardrobe.items, torch.tensor([0, 0, 3]), items)
    score = model(OutfitLoader(outfits).batcher(outfits))
    assert score[0] == 0
    assert score.isfinite().all()


def test_gradients_are_right(model, wardrobe):
    model = model.double().train()
    batch = next(iter(OutfitLoader(wardrobe.select([0, 1, 2, 3]), share_items=True)))
    batch = batch.apply(lambda t: t.double() if t.is_floating_point() else t)
    names, values = zip(*model.named_parameters(), strict=True)

    def score(*parameters):
        return functional_call(model, dict(zip(names, parameters, strict=True)), (batch,))

    assert torch.autograd.gradcheck(score, tuple(v.detach().requires_grad_() for v in values))


def test_a_checkpoint_restores_the_scores(model, wardrobe, tmp_path):
    model.save(tmp_path / "model")
    batch = next(iter(OutfitLoader(wardrobe)))
    again = OutfitModel.load(tmp_path / "model")
    assert type(again) is type(model)
    torch.testing.assert_close(again(batch), model(batch), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("make", "kind", "loss"),
    [
        (lambda: Siamese(8, 16), ContrastiveObjective, None),
        (lambda: TypeAware(8, 5, 16, "euclidean"), TypeAwareObjective, None),
        (lambda: SetTransformer(8, 16), RankingObjective, FocalLoss),
    ],
    ids=["Siamese", "TypeAware", "SetTransformer"],
)
def test_the_published_objective_trains(styled, make, kind, loss):
    torch.manual_seed(0)
    model = make()
    objective = paper_objective(model)
    assert isinstance(objective, kind)
    assert loss is None or isinstance(objective.loss, loss)
    assert objective.num_negatives == 1
    assert_trains(model, styled, objective)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Siamese(8, 16),
        lambda: TypeAware(8, 5, 16, "cosine"),
        lambda: SetTransformer(8, 16),
    ],
    ids=["Siamese", "TypeAware", "SetTransformer"],
)
def test_our_objective_trains(styled, make):
    torch.manual_seed(0)
    model = make()
    objective = default_objective(model)
    assert isinstance(objective, RankingObjective)
    assert isinstance(objective.loss, CandidateSoftmaxLoss)
    assert objective.num_negatives == 8
    assert_trains(model, styled, objective)


def assert_trains(model, styled, objective):
    max_epochs = 4 if isinstance(model, SetTransformer) else 2  # attention takes longer to begin
    history = fit(
        model,
        styled,
        styled,
        objective=objective,
        config=TrainingConfig(batch_size=8, learning_rate=1e-2),
        max_epochs=max_epochs,
        progress=False,
        accelerator="cpu",
    )
    assert history["train/loss"].iloc[-1] < history["train/loss"].iloc[0]


def test_reset_parameters_resets_the_scale():
    model = TypeAware(8, 5, 3)
    start = model.log_scale.item()
    model.log_scale.data.fill_(0.0)
    model.reset_parameters()
    assert model.log_scale.item() == start
