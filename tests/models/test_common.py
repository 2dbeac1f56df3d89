"""What holds of every registered model, as scikit-learn's ``check_estimator`` does."""

from __future__ import annotations

import copy
import json
import pickle
import resource
from pathlib import Path
from typing import Any

import pytest
import torch

from fashiongraph.data import ItemTable, Outfits, add_item_cooccurrence, category_graph
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.evaluation import item_scores, score_candidates, score_outfits
from fashiongraph.evaluation.draw_questions import draw_questions
from fashiongraph.loader import OutfitBatcher, OutfitLoader
from fashiongraph.models import Ensemble, OutfitModel
from fashiongraph.models.checkpoint import read_checkpoint, write_checkpoint
from fashiongraph.training import MODELS

NUM_ITEMS, NUM_CATEGORIES, WIDTH = 24, 2, 8
SMALL = {
    "set-transformer": {"hidden_channels": 8},
    "set-transformer-paper": {"dropout": 0.0},
    "siamese-paper": {"hidden_channels": 8},
    "type-aware-paper": {"hidden_channels": 8},
    "ngnn-paper": {"hidden_channels": 4},
}
NAMES = [*MODELS, "ensemble"]
# Bi-LSTM reads outfits as sequences, a teacher as a top and a bottom.
SETS = [name for name in NAMES if not name.startswith(("bilstm", "teacher"))]
NO_SCALE = [name for name in NAMES if not name.endswith(("-paper", "-code"))]


def pairs_only(name: str) -> bool:
    return name in MODELS and MODELS[name].reads_pairs


def table(dtype: torch.dtype = torch.float32) -> ItemTable:
    rng = torch.Generator().manual_seed(0)
    return ItemTable.from_lists(
        [f"item{i}" for i in range(NUM_ITEMS)],
        [f"category{i % NUM_CATEGORIES}" for i in range(NUM_ITEMS)],
        # Numbers that float16 holds exactly.
        torch.randint(-64, 64, (NUM_ITEMS, WIDTH), generator=rng).to(dtype) / 32,
    )


def outfits_of(name: str, items: ItemTable | None = None, count: int = 12) -> Outfits:
    """Outfits of two to five items; the teachers read pairs of a top and a bottom."""
    items = table() if items is None else items
    if pairs_only(name):
        rows = [[2 * (i % 9), 2 * (i * 5 % 9) + 1] for i in range(count)]
    else:
        rows = [[(i + 5 * k) % NUM_ITEMS for k in range(2 + i % 4)] for i in range(count)]
    return Outfits.from_lists(items, [[f"item{row}" for row in outfit] for outfit in rows])


def stored(model: OutfitModel, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Card and tensors of a saved model."""
    model.save(folder)
    return read_checkpoint(folder)


def model_of(name: str) -> OutfitModel:
    torch.manual_seed(0)
    if name == "ensemble":
        model: OutfitModel = Ensemble.of(MODELS["addgnn"].build(WIDTH, NUM_CATEGORIES), 2)
    else:
        model = MODELS[name].build(WIDTH, NUM_CATEGORIES, **SMALL.get(name, {}))
    train = outfits_of(name, count=40)
    graph = category_graph(train.category_id, train.batch, NUM_CATEGORIES)
    model.graph = add_item_cooccurrence(graph, train)
    model.categories = train.items.categories
    return model.eval()


@pytest.fixture(params=NAMES)
def name(request) -> str:
    return request.param


def close(got: torch.Tensor, expected: torch.Tensor, rtol: float = 1e-4) -> None:
    torch.testing.assert_close(got, expected, rtol=rtol, atol=1e-5)


@pytest.mark.parametrize("name", SETS)
def test_the_order_of_items_has_no_effect(name):
    outfits = outfits_of(name)
    ids = [outfits.items.ids[row] for row in outfits.item_id.tolist()]
    split = [ids[a:b] for a, b in zip(outfits.ptr[:-1], outfits.ptr[1:], strict=True)]
    turned = Outfits.from_lists(outfits.items, [outfit[::-1] for outfit in split])
    model = model_of(name)
    close(score_outfits(model, turned), score_outfits(model, outfits))
    batched = item_scores(model, turned).split(turned.sizes.tolist())
    close(torch.cat([one.flip(0) for one in batched]), item_scores(model, outfits))


def test_batches_have_no_effect(name):
    model, outfits = model_of(name), outfits_of(name)
    expected = score_outfits(model, outfits, batch_size=1)
    for size in (2, 5, 100):
        close(score_outfits(model, outfits, batch_size=size), expected)


def test_repeated_outfits_score_the_same(name):
    model, outfits = model_of(name), outfits_of(name)
    twice = outfits.select(torch.arange(len(outfits)).repeat(3))  # enough to cache items
    close(score_outfits(model, twice), score_outfits(model, outfits).repeat(3))


def test_repeated_items_give_numbers(name):
    row = ["item0", "item1"] if pairs_only(name) else ["item0", "item0", "item1"]
    outfits = Outfits.from_lists(table(), [row, row])
    score = score_outfits(model_of(name), outfits)
    assert bool(score.isfinite().all())
    close(score[0], score[1])


def test_the_rows_of_items_have_no_effect(name):
    items, outfits, model = table(), outfits_of(name), model_of(name)
    order = torch.randperm(NUM_ITEMS, generator=torch.Generator().manual_seed(1))
    renumbered = ItemTable.from_lists(
        [items.ids[row] for row in order.tolist()],
        [items.categories[c] for c in items.category_id[order].tolist()],
        items.features[order],
    )
    close(score_outfits(model, outfits_of(name, renumbered)), score_outfits(model, outfits))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_the_type_of_features_has_no_effect(name, dtype):
    model = model_of(name)
    got = score_outfits(model, outfits_of(name, table(dtype)))
    assert got.dtype == torch.float32
    close(got, score_outfits(model, outfits_of(name)))


@pytest.mark.parametrize("name", NO_SCALE)
@pytest.mark.parametrize("scale", [1e-9, 1e-4, 1e4, 1e12])
def test_the_scale_of_features_has_no_effect(name, scale):
    model, items = model_of(name), table()
    scaled = items.with_features(items.features * scale)
    got = score_outfits(model, outfits_of(name, scaled))
    close(got, score_outfits(model, outfits_of(name)), rtol=1e-3)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300])
def test_features_that_are_not_finite_are_refused(name, value):
    features = table(torch.float64).features.clone()
    features[1, 3] = value
    outfits = outfits_of(name, table().with_features(features))
    for run in (score_outfits, item_scores):
        with pytest.raises(FashionGraphError, match="'features'.*'item1'"):
            run(model_of(name), outfits)


def test_outfits_without_the_broken_item_score_as_before(name):
    features = table().features.clone()
    features[1] = float("nan")
    outfits = outfits_of(name)
    with_it = torch.zeros(len(outfits), dtype=torch.bool)
    with_it[outfits.batch[outfits.item_id == 1]] = True
    others = outfits.select((~with_it).nonzero().squeeze(1))
    broken = others.with_items(outfits.items.with_features(features))
    score = score_outfits(model_of(name), broken)
    assert bool(score.isfinite().all())
    if not model_of(name).batch_inputs & {"unique_context"}:
        close(score, score_outfits(model_of(name), others))


def test_weights_that_are_not_finite_are_neither_saved_nor_loaded(name, tmp_path):
    model = model_of(name)
    card, tensors = stored(model, tmp_path / "model")
    tensors["weights"] = {key: value.clone() for key, value in tensors["weights"].items()}
    next(iter(tensors["weights"].values())).view(-1)[0] = float("nan")
    write_checkpoint(tmp_path / "broken", card, tensors)
    with pytest.raises(DataError, match="finite"):
        OutfitModel.load(tmp_path / "broken")
    with torch.no_grad():
        next(model.parameters()).view(-1)[0] = float("nan")
    with pytest.raises(FashionGraphError, match="finite"):
        model.save(tmp_path / "other")
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("dtype", [torch.int32, torch.complex64, torch.bool])
def test_weights_of_another_type_are_refused(name, dtype, tmp_path):
    card, tensors = stored(model_of(name), tmp_path / "model")
    tensors["weights"] = {key: value.to(dtype) for key, value in tensors["weights"].items()}
    write_checkpoint(tmp_path / "broken", card, tensors)
    with pytest.raises(DataError, match=f"{dtype}"):
        OutfitModel.load(tmp_path / "broken")


def test_a_configuration_beyond_its_weights_is_refused_before_it_is_built(name, tmp_path):
    """Ten thousand million features would need more memory than there is."""
    card, tensors = stored(model_of(name), tmp_path / "model")
    one = card["config"]["model_config"] if name == "ensemble" else card["config"]
    one["in_channels"] = 10**10
    write_checkpoint(tmp_path / "broken", card, tensors)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DataError):
        OutfitModel.load(tmp_path / "broken")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2**18  # KiB


def test_save_and_load(name, tmp_path):
    model, outfits = model_of(name), outfits_of(name)
    model.save(tmp_path / "model")
    loaded = OutfitModel.load(tmp_path / "model")
    assert type(loaded) is type(model)
    assert json.dumps(loaded.config) == json.dumps(model.config)
    assert not loaded.training
    torch.testing.assert_close(
        score_outfits(loaded, outfits), score_outfits(model, outfits), rtol=0, atol=0
    )


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_score_the_same_and_share_nothing(name, duplicate):
    model, outfits = model_of(name), outfits_of(name)
    expected = score_outfits(model, outfits)
    other = duplicate(model)
    torch.testing.assert_close(score_outfits(other, outfits), expected, rtol=0, atol=0)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.add_(1.0)
    torch.testing.assert_close(score_outfits(model, outfits), expected, rtol=0, atol=0)


def test_no_outfits(name):
    model = model_of(name)
    outfits = outfits_of(name).select(slice(0, 0))
    assert score_outfits(model, outfits).shape == (0,)
    assert item_scores(model, outfits).shape == (0,)
    batch = OutfitBatcher(outfits.items, model.graph, share_items=True)(outfits)
    with torch.no_grad():
        assert model(batch).shape == (0,)


@pytest.mark.parametrize("name", [name for name in NAMES if not pairs_only(name)])
def test_outfits_of_one_item(name):
    model = model_of(name)
    outfits = Outfits.from_lists(table(), [["item3"], ["item1", "item2"], ["item4"]])
    score = score_outfits(model, outfits)
    assert score.shape == (3,)
    assert bool(score.isfinite().all())
    single = item_scores(model, outfits)[[0, 3]]
    assert single.tolist() == [0.0, 0.0]


def test_candidates_are_scored_in_any_batch(name):
    model = model_of(name)
    questions = draw_questions(outfits_of(name), "fitb", num_candidates=3, seed=0)
    scores = score_candidates(model, questions)
    assert scores.shape == questions.candidates.shape
    close(score_candidates(model, questions, batch_size=1), scores)


def test_scoring_changes_nothing(name):
    model, outfits = model_of(name), outfits_of(name)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    model.train()
    score_outfits(model, outfits)
    assert model.training
    for key, value in model.state_dict().items():
        assert torch.equal(value, before[key]), key


def test_the_configuration_builds_the_model_again(name):
    model = model_of(name)
    again = type(model).from_config(json.loads(json.dumps(model.config)))
    assert again.config == model.config
    shapes = {key: value.shape for key, value in model.state_dict().items()}
    assert {key: value.shape for key, value in again.state_dict().items()} == shapes


def test_another_number_of_features_is_refused(name):
    items = table().with_features(torch.ones(NUM_ITEMS, WIDTH + 1))
    with pytest.raises(FashionGraphError, match=f"{WIDTH} features"):
        score_outfits(model_of(name), outfits_of(name, items))


def test_a_missing_folder_is_a_data_error(tmp_path):
    with pytest.raises(DataError):
        OutfitModel.load(tmp_path / "nothing")


@pytest.mark.slow
def test_compiled_models_score_the_same(name):
    model = model_of(name)
    batch = next(iter(OutfitLoader(outfits_of(name), model.graph, share_items=True)))
    with torch.no_grad():
        expected = model(batch)
        torch._dynamo.reset()
        close(torch.compile(model, backend="eager")(batch), expected)
