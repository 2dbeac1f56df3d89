"""Combine layers of ADD-GNN with a stock PyG layer in a plain training loop.

python examples/layers.py
"""

import argparse

import torch
from torch_geometric.nn import GATConv

from fashiongraph.data import category_graph, split
from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.evaluation import draw_questions
from fashiongraph.evaluation.metrics import CompatibilityAUC
from fashiongraph.loader import CandidateLoader, OutfitLoader, negative_sampler
from fashiongraph.nn import AttributeBilinearScorer, AttributeGatedConv, BPRLoss, MaskedLinear

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--outfits", type=int, default=1000)
parser.add_argument("--attributes", type=int, default=4)
parser.add_argument("--hidden", type=int, default=32)
parser.add_argument("--epochs", type=int, default=10)
args = parser.parse_args()

outfits = SyntheticOutfits.attributes_only(num_outfits=args.outfits, seed=0)
train_outfits, _, test_outfits = split(outfits, seed=0)
graph = category_graph(train_outfits.category_id, train_outfits.batch, outfits.items.num_categories)


class Model(torch.nn.Module):
    """ADD-GNN with an attention layer between message passing and scorer."""

    def __init__(self, in_channels):
        super().__init__()
        self.encoder = MaskedLinear(in_channels, args.hidden, args.attributes)
        self.conv = AttributeGatedConv(args.hidden, num_steps=1)
        self.attention = GATConv(args.attributes * args.hidden, args.attributes * args.hidden)
        self.scorer = AttributeBilinearScorer(args.hidden, args.attributes)

    def forward(self, batch):
        """Score the outfits of a batch [B]."""
        h = self.encoder(batch.x)  # [N, K, H]
        h = self.conv(h, batch.edge_index, batch.edge_weight)
        h = h + self.attention(h.flatten(1), batch.edge_index).view_as(h)
        return self.scorer(h, batch.batch, batch.num_graphs)  # [B]


torch.manual_seed(0)
model, criterion = Model(outfits.items.num_features), BPRLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
sampler = negative_sampler("uniform", outfits.items)
questions = draw_questions(test_outfits, "compatibility", protocol="uniform", seed=0)


def train(epoch):
    model.train()
    total_loss = 0.0
    for batch in CandidateLoader(train_outfits, sampler, num_negatives=1, graph=graph, epoch=epoch):
        optimizer.zero_grad()
        score = model(batch).view(-1, 2)  # each real outfit and a corrupted one
        loss = criterion(score[:, 0], score[:, 1])
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(score)
    return total_loss / len(train_outfits)


@torch.no_grad()
def test():
    model.eval()
    metric, batch_size = CompatibilityAUC(), 256
    loader = OutfitLoader(questions.outfits(), graph, batch_size=batch_size)
    for batch, label in zip(loader, questions.label.split(batch_size), strict=True):
        metric.update(model(batch), label)
    return float(metric.compute())


for epoch in range(1, args.epochs + 1):
    print(f"Epoch: {epoch:02d}, Loss: {train(epoch):.3f}, Test AUC: {test():.3f}")
