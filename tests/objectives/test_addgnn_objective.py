from __future__ import annotations

import pytest
import torch

from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models import ADDGNN, DesignerTeacher
from fashiongraph.nn import AttributeDistillationLoss, BPRLoss
from fashiongraph.objectives import ADDGNNObjective, default_objective


@pytest.fixture
def batch(wardrobe):
    return next(iter(OutfitLoader(wardrobe, batch_size=30, share_items=True)))


def test_adds_up_the_parts_of_equation_a12(batch):
    torch.manual_seed(0)
    model, teacher = ADDGNN(8, 6, 3), DesignerTeacher(8, 3)
    parts = ADDGNNObjective(num_negatives=2, teacher=teacher)(model, batch)
    score = model(batch).view(10, 3)
    ranking = BPRLoss()(score[:, 0], score[:, 1:])
    x = batch.unique_x
    distance = AttributeDistillationLoss()(model.masked(x), teacher.masked(x))
    norm = torch.cat([p.flatten() for p in model.parameters()]).norm()
    expected = {
        "ranking": ranking,
        "mask": model.mask.sparsity_loss(),
        "distillation": distance,
        "norm": norm,
    }
    for name, value in expected.items():
        torch.testing.assert_close(parts[name], value)
    rest = sum(value for name, value in expected.items() if name != "ranking")
    torch.testing.assert_close(parts["loss"], ranking + 1e-3 * rest)


def test_the_teacher_is_frozen(batch):
    model, teacher = ADDGNN(8, 6, 3), DesignerTeacher(8, 3)
    objective = ADDGNNObjective(num_negatives=2, teacher=teacher)
    objective.train()
    objective(model, batch)["loss"].backward()
    assert not teacher.training
    assert all(p.grad is None for p in teacher.parameters())
    assert all(p.grad is not None for p in model.parameters())


def test_the_default_objective_learns_its_scale(batch):
    model = ADDGNN(8, 6, 3)
    objective = default_objective(model)
    objective.num_negatives = 2
    objective(model, batch)["loss"].backward()
    assert objective.loss.ranking.log_scale.grad is not None


def test_refuses_no_negatives():
    with pytest.raises(ValueError, match="'num_negatives' needs to be at least 1"):
        ADDGNNObjective(num_negatives=0)
