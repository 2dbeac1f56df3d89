from __future__ import annotations

import pytest
import torch

from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import draw_questions
from fashiongraph.loader.question_loader import QuestionLoader


@pytest.mark.parametrize("kind", ["fitb", "compatibility"])
def test_every_question_once_in_order(wardrobe, kind):
    questions = draw_questions(wardrobe, kind)
    batches = list(QuestionLoader(questions, None, batch_size=7))
    assert len(batches) == len(QuestionLoader(questions, None, batch_size=7))
    assert torch.equal(torch.cat([target for _, target in batches]), questions.target)
    item_id = torch.cat([batch.item_id for batch, _ in batches])
    assert torch.equal(item_id, questions.outfits().item_id)


def test_batches_of_fitb_questions_have_blanks(wardrobe):
    questions = draw_questions(wardrobe, "fitb")
    batches = list(QuestionLoader(questions, None, batch_size=7))
    assert torch.equal(torch.cat([b.position for b, _ in batches]), questions.position)


def test_processes_share_the_questions(wardrobe):
    questions = draw_questions(wardrobe, "fitb")
    shares = [QuestionLoader(questions, None, 5, rank=rank, world_size=3) for rank in range(3)]
    for rank, share in enumerate(shares):
        target = torch.cat([target for _, target in share])
        assert torch.equal(target, questions.target[rank::3])


@pytest.mark.parametrize("kind", ["fitb", "compatibility"])
def test_a_process_without_a_share_loads_nothing(wardrobe, kind):
    questions = draw_questions(wardrobe, kind)
    few = questions.select(torch.arange(2))
    loaders = [QuestionLoader(few, None, 5, rank=rank, world_size=3) for rank in range(3)]
    assert [len(loader) for loader in loaders] == [1, 1, 0]
    assert [len(list(loader)) for loader in loaders] == [1, 1, 0]


def test_bad_arguments(wardrobe):
    with pytest.raises(FashionGraphError, match=r"'batch_size'.*got 0"):
        QuestionLoader(draw_questions(wardrobe, "fitb"), None, batch_size=0)
