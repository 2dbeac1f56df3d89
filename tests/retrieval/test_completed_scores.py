from __future__ import annotations

import torch
from fashiongraph.retrieval.completed_scores import completed_scores

from fashiongraph.data import Outfits
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.evaluation import score_candidates, score_outfits


def test_equals_the_scores_of_those_outfits(wardrobe, make_model):
    items, model = wardrobe.items, make_model()
    own, candidate = torch.tensor([3, 30, 7]), torch.tensor([9, 3, 39, 9])
    rows = [[*own.tolist(), c] for c in candidate.tolist()]
    outfits = Outfits(items, torch.arange(5) * 4, torch.tensor(rows).flatten())
    for block_size in (1, 3, 100):
        got = completed_scores(model, items, own, candidate, block_size=block_size)
        torch.testing.assert_close(got, score_outfits(model, outfits))


def test_candidates_are_compared_as_for_blanks(wardrobe, make_model):
    items, model = wardrobe.items, make_model(soft_minimum=True)
    own, candidate = torch.tensor([3, 30, 7]), torch.tensor([9, 3, 39, 9])
    got = completed_scores(model, items, own, candidate)
    asked = FillInBlank(  # the candidates take the place of an item more
        items,
        torch.tensor([0, 4]),
        torch.cat([own, candidate[:1]]),
        torch.tensor([3]),
        candidate.unsqueeze(0),
        torch.tensor([0]),
    )
    torch.testing.assert_close(got, score_candidates(model, asked)[0])


def test_no_candidates(wardrobe, make_model):
    none = torch.empty(0, dtype=torch.long)
    assert completed_scores(make_model(), wardrobe.items, torch.tensor([1]), none).shape == (0,)
