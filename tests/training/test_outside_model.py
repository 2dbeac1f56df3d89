"""A model of one's own, from 20 lines to a trained, evaluated and completing model."""

from __future__ import annotations

import torch
from torch_geometric.nn import GATConv, global_mean_pool

from fashiongraph.data import category_graph
from fashiongraph.evaluation import compatibility, draw_questions, fill_in_blank, score_outfits
from fashiongraph.models import OutfitModel
from fashiongraph.retrieval import complete
from fashiongraph.training import TrainingConfig, fit


class GAT(OutfitModel):
    """Graph attention on stock fields of the batch."""

    def __init__(self, in_channels, hidden_channels=16):
        super().__init__()
        self.in_channels = in_channels
        self.hidden_channels = hidden_channels
        self.conv = GATConv(in_channels, hidden_channels, heads=2)
        self.out = torch.nn.Sequential(
            torch.nn.Linear(4 * hidden_channels, 16), torch.nn.ReLU(), torch.nn.Linear(16, 1)
        )

    def forward(self, batch):
        h = self.conv(batch.x, batch.edge_index)
        mean = global_mean_pool(h, batch.batch, batch.num_graphs)
        square = global_mean_pool(h**2, batch.batch, batch.num_graphs)
        return self.out(torch.cat([mean, square], dim=-1)).squeeze(-1)


def test_trains_evaluates_completes_and_reloads(splits, tmp_path):
    train, valid = splits
    torch.manual_seed(0)
    model = GAT(train.items.num_features)
    graph = category_graph(train.category_id, train.batch, train.items.num_categories)
    history = fit(
        model,
        train,
        valid,
        graph=graph,
        config=TrainingConfig(batch_size=16, learning_rate=0.01),
        max_epochs=20,
        directory=tmp_path,
        progress=False,
    )
    assert history["valid/score"].max() > 0.6  # chance is 0.375
    kept = OutfitModel.load(tmp_path / "model")
    torch.testing.assert_close(score_outfits(kept, valid), score_outfits(model, valid))
    auc = compatibility(kept, draw_questions(valid, "compatibility", "uniform", seed=1))
    fitb = fill_in_blank(kept, draw_questions(valid, "fitb", "uniform", seed=1))
    assert auc.value > 0.6 and fitb.value > 0.3
    found = complete(kept, list(train.items.ids[:2]), train.items, k=2)
    assert found.groupby("category").size().max() == 2
    del OutfitModel.registry["GAT"]
