from __future__ import annotations

import pytest
import torch

from fashiongraph.nn.losses.position_dependent_loss import PositionDependentLoss
from fashiongraph.nn.miners import HardMiner, exemplar_labels

LABELS = exemplar_labels(torch.tensor([0, 0, 1, 1, 1, 2]))


def test_repr():
    text = str(PositionDependentLoss(4))
    assert text.startswith("PositionDependentLoss(\n  alpha=0.5, beta=1.0, weight=0.5")


def test_equals_the_equation_of_every_outfit():
    loss = PositionDependentLoss(4, 8, alpha=0.6, beta=0.9, weight=0.3).double()
    embeddings = torch.randn(12, 4, dtype=torch.double)
    indices = HardMiner()(embeddings, LABELS)
    score = loss.similarity(embeddings).detach()
    u = embeddings / embeddings.norm(dim=1, keepdim=True)
    d = [[float((x - y).norm()) for y in u] for x in u]
    by_anchor = {int(a): (int(p), int(n)) for a, p, n in zip(*indices, strict=True)}
    heads = []
    for i, (j, k) in by_anchor.items():
        far = by_anchor[j][1]
        if i < j:  # both items of the farthest pair, each with its closest negative
            metric = max(0, 0.6 + score[i, k] - score[i, j])
            metric += max(0, 0.6 + score[j, far] - score[i, j])
            distance = max(0, 0.9 + d[i][j] - d[i][k])
            distance += max(0, 0.9 + d[i][j] - d[j][far])
            heads.append(float(metric + 0.3 * distance))
    assert len(heads) == 2
    expected = torch.tensor(sum(heads) / 4, dtype=torch.double)
    torch.testing.assert_close(loss(embeddings, LABELS, indices).detach(), expected)


def test_gradients_of_embeddings_and_similarity():
    loss = PositionDependentLoss(4, 8).double()
    embeddings = torch.randn(12, 4, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(lambda e: loss(e, LABELS), embeddings)
    loss(embeddings, LABELS).backward()
    assert all(p.grad is not None for p in loss.parameters())


def test_without_triplets_the_loss_is_zero_with_a_gradient():
    embeddings = torch.randn(4, 4, requires_grad=True)
    value = PositionDependentLoss(4)(embeddings, exemplar_labels(torch.tensor([0, 1])))
    assert value == 0
    value.backward()
    assert (embeddings.grad == 0).all()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_narrow_embeddings_are_widened(dtype):
    embeddings, loss = torch.randn(len(LABELS), 4).to(dtype), PositionDependentLoss(4)
    assert torch.equal(loss(embeddings, LABELS), loss(embeddings.float(), LABELS))
