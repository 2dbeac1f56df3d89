from __future__ import annotations

import torch

from fashiongraph.loader import negative_sampler
from fashiongraph.models import ADDGNN
from fashiongraph.nn import AttributeDecorrelationLoss
from fashiongraph.objectives import DecorrelationObjective, RankingObjective


def test_the_term_covers_pairs_of_real_outfits(wardrobe):
    wardrobe = wardrobe.with_frequency()
    torch.manual_seed(0)
    model, inner = ADDGNN(8, 6, 3, num_steps=0), RankingObjective(num_negatives=2)
    objective = DecorrelationObjective(inner, lambda_decorrelation=2.0)
    sampler = negative_sampler("uniform", wardrobe.items)
    batch = next(iter(objective.loader(wardrobe, sampler, batch_size=200)))
    terms = objective(model, batch)
    torch.testing.assert_close(terms["loss"], terms["ranking"] + 2 * terms["decorrelation"])
    torch.testing.assert_close(terms["ranking"], inner(model, batch)["loss"])
    nodes = model.node_states(batch)
    pairs = [
        torch.einsum("kh,khg,kg->k", nodes[i], model.scorer.weight, nodes[j])
        for i in range(batch.num_nodes)
        for j in range(batch.num_nodes)
        if i != j and batch.batch[i] == batch.batch[j] and batch.batch[i] % 3 == 0
    ]
    expected = AttributeDecorrelationLoss()(torch.stack(pairs))
    torch.testing.assert_close(terms["decorrelation"], expected)
