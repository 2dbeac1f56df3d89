import json

import numpy as np
import pytest
import torch

from fashiongraph.data import ItemTable, Outfits, split
from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import Calibration, draw_questions, score_outfits
from fashiongraph.models import Siamese
from fashiongraph.training import fit


@pytest.fixture(scope="module")
def outfits():
    return SyntheticOutfits.attributes_only(num_outfits=600, seed=0)


@pytest.fixture(scope="module")
def model(outfits):
    torch.manual_seed(0)
    train, valid, _ = split(outfits, seed=0)
    model = Siamese(outfits.items.num_features)
    fit(model, train, valid, max_epochs=3, progress=False, logger=False)
    return model


def test_the_fit_maximises_the_likelihood(outfits, model):
    valid = split(outfits, seed=0)[1]
    found = Calibration.fit(model, valid)
    questions = draw_questions(valid, "compatibility", "same_category", seed=0)
    y = score_outfits(model, questions.outfits()).double().numpy()
    label = questions.label.numpy()

    def loss(slope, offset):
        p = 1 / (1 + np.exp(-(slope * y + offset)))
        prior = (slope * y.std(ddof=1)) ** 2 / (2 * len(y))
        return -np.mean(label * np.log(p) + (1 - label) * np.log(1 - p)) + prior

    best = loss(found.slope, found.offset)
    for slope, offset in ((1.05, 0), (0.95, 0), (1, 0.05), (1, -0.05)):
        assert best <= loss(found.slope * slope, found.offset + offset) + 1e-9
    assert found.slope > 0
    assert found.num_outfits == len(valid)
    assert sum(count for _, _, count in found.curve) == 2 * len(valid)


def test_probabilities_of_new_outfits_are_calibrated(outfits, model):
    _, valid, test = split(outfits, seed=0)
    found = Calibration.fit(model, valid)
    questions = draw_questions(test, "compatibility", "same_category", seed=1)
    p = found.probability(score_outfits(model, questions.outfits()))
    assert abs(float(p.mean()) - 0.5) < 0.1
    raw = torch.sigmoid(score_outfits(model, questions.outfits()))
    brier = (p - questions.label).square().mean()
    assert brier < (raw - questions.label).square().mean()
    assert found.brier == pytest.approx(float(brier), abs=0.05)


def test_replaced_items_are_suspected_more_than_by_chance(outfits, model):
    from fashiongraph.evaluation import item_scores

    _, valid, test = split(outfits, seed=0)
    found = Calibration.fit(model, valid)
    fit = item_scores(model, test)
    probability = found.suspicion(fit, test.batch)
    total = torch.zeros(len(test)).index_add(0, test.batch, probability)
    torch.testing.assert_close(total, torch.ones(len(test)))
    assert found.item_slope > 0


def test_percentiles_are_of_outfits_of_the_same_size():
    quantiles = {"all": [float(i) for i in range(101)], "3": [float(2 * i) for i in range(101)]}
    found = Calibration(1.0, 0.0, "uniform", (), 100, 0.0, 0.0, [], 1.0, quantiles)
    percent = found.percentile(torch.tensor([50.0, 50.0, -1.0, 900.0]), torch.tensor([4, 3, 3, 4]))
    assert percent.tolist() == [50, 25, 0, 100]


def test_it_survives_json(outfits, model):
    found = Calibration.fit(model, split(outfits, seed=0)[1], "matched", ["season"])
    again = Calibration(**json.loads(json.dumps(found.to_dict())))
    score = torch.linspace(-3, 3, 20)
    torch.testing.assert_close(again.probability(score), found.probability(score))
    sizes = torch.full((20,), 4)
    torch.testing.assert_close(again.percentile(score, sizes), found.percentile(score, sizes))


def test_refuses_too_few_outfits_and_broken_scores(outfits, model):
    with pytest.raises(FashionGraphError, match="'outfits' needs 5 outfits"):
        Calibration.fit(model, outfits.select(range(4)))
    items = ItemTable.from_lists(["a", "b"], ["top", "shoe"], torch.eye(2))
    single = Outfits.from_lists(items, [["a"]] * 20)
    with pytest.raises(FashionGraphError, match="'outfits' needs 5 outfits"):
        Calibration.fit(model, single)
    broken = Siamese(outfits.items.num_features)
    torch.nn.init.constant_(next(broken.parameters()), float("nan"))
    with pytest.raises(FashionGraphError, match="'model' needs .*NaN"):
        Calibration.fit(broken, outfits)
