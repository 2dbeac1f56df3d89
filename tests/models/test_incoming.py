from __future__ import annotations

import torch

from fashiongraph.data.category_graph import category_graph
from fashiongraph.data.outfit_loader import OutfitLoader
from fashiongraph.models import ADDGNN
from fashiongraph.models.incoming import incoming


def test_holds_the_weight_of_each_edge_in_the_row_of_its_receiver(wardrobe):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    batch = next(iter(OutfitLoader(wardrobe, graph)))
    dense = torch.zeros(batch.num_nodes, batch.num_nodes)
    for (sender, receiver), weight in zip(
        batch.edge_index.t().tolist(), batch.edge_weight.tolist(), strict=True
    ):
        dense[receiver, sender] = weight
    torch.testing.assert_close(incoming(batch).to_dense(), dense)


def test_edges_in_any_order_give_the_same_matrix(wardrobe):
    batch = next(iter(OutfitLoader(wardrobe)))
    expected = incoming(batch).to_dense()
    order = torch.randperm(batch.num_edges, generator=torch.Generator().manual_seed(0))
    batch.edge_index, batch.edge_weight = batch.edge_index[:, order], batch.edge_weight[order]
    torch.testing.assert_close(incoming(batch).to_dense(), expected)


def test_the_matrix_and_the_edges_give_the_same_scores_and_gradients(wardrobe):
    torch.manual_seed(0)
    model = ADDGNN(8, 6, 3).double()
    batch = next(iter(OutfitLoader(wardrobe)))
    batch = batch.apply(lambda t: t.double() if t.is_floating_point() else t)
    h = model.conv(model.encode(batch.x), batch.edge_index, batch.edge_weight)
    edges = model.scorer(h, batch.batch)
    grads = [torch.autograd.grad(s.sin().sum(), model.parameters()) for s in (model(batch), edges)]
    torch.testing.assert_close(model(batch), edges)
    torch.testing.assert_close(*grads)
