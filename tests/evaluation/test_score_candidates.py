from __future__ import annotations

import pytest
import torch

from fashiongraph.evaluation import draw_questions, score_candidates, score_outfits
from fashiongraph.models import ADDGNN


@pytest.mark.parametrize("batch_size", [1, 10, 1024])
def test_candidates_score_as_completed_outfits(wardrobe, batch_size):
    torch.manual_seed(0)
    model = ADDGNN(8, 4, 2).train()
    questions = draw_questions(wardrobe, "fitb")
    expected = score_outfits(model, questions.outfits()).view(-1, 4)
    torch.testing.assert_close(score_candidates(model, questions, batch_size), expected)
    assert model.training


def test_any_callable_and_no_questions(wardrobe, perfect_scorer):
    questions = draw_questions(wardrobe, "fitb")
    score = score_candidates(perfect_scorer, questions)
    assert torch.equal(score.argmax(dim=1), questions.answer)
    assert score_candidates(perfect_scorer, questions.select(questions.answer < 0)).shape == (0, 4)


class OnlyTheFirst(ADDGNN):
    """A model with another comparison of candidates."""

    def score_candidates(self, batch, position, num_candidates):
        assert position.shape == (batch.num_graphs // num_candidates,)
        return torch.eye(num_candidates)[:1].expand(len(position), -1)


def test_a_model_may_override_score_candidates(wardrobe):
    questions = draw_questions(wardrobe, "fitb")
    score = score_candidates(OnlyTheFirst(8, 4, 2), questions, batch_size=20)
    assert torch.equal(score, torch.eye(4)[:1].expand(len(questions), -1))
