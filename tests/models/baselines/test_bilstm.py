from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.func import functional_call

from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import draw_questions, fill_in_blank, score_outfits
from fashiongraph.evaluation.score_candidates import score_candidates
from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models.baselines.bilstm import BiLSTM
from fashiongraph.objectives import paper_objective
from fashiongraph.training import TrainingConfig, fit

ORDER = ["category3", "category0", "category4"]


def make(wardrobe, category_order=None, normalize=True):
    torch.manual_seed(0)
    model = BiLSTM(8, 4, category_order=category_order, normalize=normalize)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.7)
    model.categories = wardrobe.items.categories
    return model.eval()


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


class Loop:
    """The model in NumPy, one item after the other."""

    def __init__(self, model, items):
        self.model = model
        self.p = {name: v.detach().double().numpy() for name, v in model.named_parameters()}
        x = items.features.double().numpy()
        if model.normalize:
            x = x / np.sqrt((x**2).mean(axis=1, keepdims=True))
        self.embedding = x @ self.p["embedding.lin.weight"].T
        names = [items.categories[c] for c in items.category_id.tolist()]
        order = model.category_order or []
        self.rank = [order.index(n) if n in order else len(order) for n in names]

    def arranged(self, outfit):
        return sorted(outfit, key=lambda i: self.rank[i]) if self.model.category_order else outfit

    def predictions(self, outfit, direction):
        """What is predicted after each item, in the direction's own order."""
        p, name = self.p, f"{direction}_lstm.lstm."
        h = c = np.zeros(self.model.hidden_channels)
        out = []
        for item in outfit if direction == "forward" else outfit[::-1]:
            gates = p[name + "weight_ih_l0"] @ self.embedding[item] + p[name + "bias_ih_l0"]
            gates = gates + p[name + "weight_hh_l0"] @ h + p[name + "bias_hh_l0"]
            i, f, g, o = gates.reshape(4, -1)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            out.append(p[f"{direction}_head.weight"] @ h + p[f"{direction}_head.bias"])
        return out

    def targets(self, outfit, direction):
        """The next items in the direction's own order, and END."""
        outfit = outfit if direction == "forward" else outfit[::-1]
        return [*self.embedding[outfit[1:]], np.zeros(self.model.hidden_channels)]

    def score(self, outfit, catalogue):
        outfit = self.arranged(outfit)
        others = [*self.embedding[catalogue], np.zeros(self.model.hidden_channels)]
        score = 0.0
        for direction in ("forward", "backward"):
            terms = [
                np.log(np.exp(p @ x) / sum(np.exp(p @ other) for other in others))
                for p, x in zip(
                    self.predictions(outfit, direction),
                    self.targets(outfit, direction),
                    strict=True,
                )
            ]
            score += sum(terms) / len(terms)
        return score

    def candidates(self, context, position, candidates):
        """Probabilities of the candidates, with the blank where it is or where each belongs."""
        logits = {"forward": {}, "backward": {}}
        for a, candidate in enumerate(candidates):
            outfit = [*context[:position], candidate, *context[position:]]
            at = [*range(len(outfit))]
            if self.model.category_order:
                at.sort(key=lambda k, o=outfit: self.rank[o[k]])
            blank = at.index(position)
            outfit = [outfit[k] for k in at]
            prefix, suffix = outfit[:blank], outfit[blank + 1 :]
            x = self.embedding[candidate]
            if prefix:
                logits["forward"][a] = self.predictions(prefix, "forward")[-1] @ x
            if suffix:
                logits["backward"][a] = self.predictions(suffix, "backward")[-1] @ x
        scores = []
        for a in range(len(candidates)):
            heard = [
                np.exp(found[a]) / sum(np.exp(v) for v in found.values())
                for found in logits.values()
                if a in found
            ]
            scores.append(sum(heard) / len(heard))
        return scores


def lists(outfits):
    return [o.tolist() for o in outfits.item_id.split(outfits.sizes.tolist())]


@pytest.mark.parametrize("category_order", [None, ORDER])
@pytest.mark.parametrize("normalize", [True, False])
def test_scores_equal_the_equations_over_all_items_asked_about(wardrobe, category_order, normalize):
    model = make(wardrobe, category_order, normalize)
    loop = Loop(model, wardrobe.items)
    for asked in (wardrobe, wardrobe.select(slice(0, 9))):
        catalogue = asked.item_id.unique().tolist()
        expected = torch.tensor([loop.score(o, catalogue) for o in lists(asked)])
        for batch_size in (4, 1024):
            score = score_outfits(model, asked, batch_size)
            torch.testing.assert_close(score, expected.float(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("share_items", [True, False])
def test_a_batch_alone_is_scored_among_its_own_items(wardrobe, share_items):
    model = make(wardrobe).double()
    few = wardrobe.select([3, 9, 9, 11])
    batch = next(iter(OutfitLoader(few, share_items=share_items)))
    loop = Loop(model, wardrobe.items)
    catalogue = few.item_id.unique().tolist()
    expected = torch.tensor([loop.score(o, catalogue) for o in lists(few)], dtype=torch.double)
    torch.testing.assert_close(model(batch), expected)


@pytest.mark.parametrize("category_order", [None, ORDER])
@pytest.mark.parametrize("protocol", ["uniform", "same_category"])
def test_blanks_are_filled_by_what_stands_around_them(wardrobe, category_order, protocol):
    model = make(wardrobe, category_order)
    questions = draw_questions(wardrobe.with_frequency(), "fitb", protocol)
    loop = Loop(model, wardrobe.items)
    expected = []
    for outfit, position, candidates in zip(
        lists(questions.source_outfits),
        questions.position.tolist(),
        questions.candidates.tolist(),
        strict=True,
    ):
        context = [*outfit[:position], *outfit[position + 1 :]]
        expected.append(loop.candidates(context, position, candidates))
    expected = torch.tensor(expected)
    for batch_size in (1, 12, 1024):
        score = score_candidates(model, questions, batch_size)
        torch.testing.assert_close(score.exp(), expected.float(), rtol=1e-4, atol=1e-5)
    best = expected.argmax(dim=1) == questions.answer
    assert fill_in_blank(model, questions).value == pytest.approx(best.double().mean().item())


def test_the_published_loss_equals_a_loop_over_the_batch(wardrobe):
    model = make(wardrobe).double()
    outfits = wardrobe.select(slice(0, 10))
    batch = next(iter(OutfitLoader(outfits, share_items=True)))
    loop = Loop(model, wardrobe.items)
    expected = {}
    for direction in ("forward", "backward"):
        predictions, targets = [], []
        for outfit in lists(outfits):
            predictions += loop.predictions(outfit, direction)
            targets += loop.targets(outfit, direction)
        terms = [
            -np.log(np.exp(p @ x) / sum(np.exp(p @ other) for other in targets))
            for p, x in zip(predictions, targets, strict=True)
        ]
        expected[direction] = torch.tensor(np.mean(terms))
    parts = paper_objective(model)(model, batch)
    for direction, value in expected.items():
        torch.testing.assert_close(parts[direction], value)
    torch.testing.assert_close(parts["loss"], sum(expected.values()))
    assert paper_objective(model).num_negatives == 0


def test_the_published_sizes_and_start(wardrobe):
    model = BiLSTM.paper(2048)
    assert (model.hidden_channels, model.dropout, model.normalize) == (512, 0.3, False)
    for name, parameter in model.named_parameters():
        if "bias" not in name:
            assert -0.08 <= parameter.min() < -0.079 < 0.079 < parameter.max() <= 0.08
    for layer in (model.forward_lstm, model.backward_lstm):
        bias = (layer.lstm.bias_ih_l0 + layer.lstm.bias_hh_l0).view(4, 512)
        assert bias.sum(dim=1).tolist() == [0, 512, 0, 0]


def test_gradients_are_right(wardrobe):
    model = make(wardrobe).double()
    batch = next(iter(OutfitLoader(wardrobe, batch_size=3, share_items=True)))
    names, values = zip(*model.named_parameters(), strict=True)

    def score(*parameters):
        return functional_call(model, dict(zip(names, parameters, strict=True)), (batch,))

    assert torch.autograd.gradcheck(score, tuple(v.detach().requires_grad_() for v in values))


def test_an_empty_batch_has_no_scores(wardrobe):
    model, none = make(wardrobe), torch.empty(0, dtype=torch.long)
    batch = OutfitLoader(wardrobe, share_items=True).batcher(wardrobe.select([]))
    assert model(batch).shape == (0,)
    assert model.score_candidates(batch, none, 4).shape == (0, 4)
    assert paper_objective(model)(model, batch)["loss"] == 0
    assert score_outfits(model, wardrobe.select([])).shape == (0,)


def test_nothing_of_an_evaluation_stays(wardrobe):
    model = make(wardrobe)
    batch = next(iter(OutfitLoader(wardrobe, batch_size=5, share_items=True)))
    before = model(batch)
    score_outfits(model, wardrobe)
    torch.testing.assert_close(model(batch), before, rtol=0, atol=0)


def test_a_checkpoint_restores_it(wardrobe, tmp_path):
    model = make(wardrobe, ORDER)
    model.save(tmp_path / "model")
    again = BiLSTM.load(tmp_path / "model")
    assert again.config == model.config
    torch.testing.assert_close(
        score_outfits(again, wardrobe), score_outfits(model, wardrobe), rtol=0, atol=0
    )


@pytest.mark.parametrize("published", [True, False])
def test_trains_for_both_objectives(wardrobe, published):
    start, step = torch.arange(60).unsqueeze(1), torch.arange(4)
    cycle = (start + step) % 40  # each item is followed by the next
    outfits = Outfits(wardrobe.items, 4 * torch.arange(61), cycle.flatten())
    torch.manual_seed(0)
    model = BiLSTM(8, 16)
    history = fit(
        model,
        outfits,
        outfits,
        objective=paper_objective(model) if published else None,
        config=TrainingConfig(batch_size=10, learning_rate=0.02, schedule="constant"),
        max_epochs=2,
        progress=False,
        accelerator="cpu",
    )
    assert history["train/loss"].iloc[1] < 0.98 * history["train/loss"].iloc[0]


def test_an_order_of_categories_needs_their_names(wardrobe):
    model = BiLSTM(8, 4, category_order=ORDER)
    with pytest.raises(FashionGraphError, match="needs a model that knows its categories"):
        model(next(iter(OutfitLoader(wardrobe))))
