"""Take ADD-GNN apart: its layers in a training loop of one's own, next to stock PyG.

python examples/layers.py
"""

import argparse

import torch
from torch_geometric.nn import GATConv

from fashiongraph.data import category_graph
from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.evaluation.metrics import CompatibilityAUC
from fashiongraph.loader import CandidateLoader, OutfitLoader, negative_sampler
from fashiongraph.nn import AttributeBilinearScorer, AttributeGatedConv, BPRLoss, MaskedLinear

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--outfits", type=int, default=1000)
parser.add_argument("--attributes", type=int, default=4)
parser.add_argument("--hidden", type=int, default=32)
parser.add_argument("--epochs", type=int, default=10)
args = parser.parse_args()

dataset = SyntheticOutfits(num_outfits=args.outfits, features="attributes")
train, _, test = dataset.split(seed=0)
graph = category_graph(train.category_id, train.batch, dataset.num_categories)


class MyModel(torch.nn.Module):
    """ADD-GNN with one stock PyG layer in between."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.encoder = MaskedLinear(in_channels, args.hidden, args.attributes)
        self.conv = AttributeGatedConv(args.hidden, num_steps=1)
        self.attention = GATConv(args.attributes * args.hidden, args.attributes * args.hidden)
        self.scorer = AttributeBilinearScorer(args.hidden, args.attributes)

    def forward(self, batch):
        """Score the outfits of a batch."""
        x = batch.x if "x" in batch else batch.unique_x[batch.unique_index]
        h = self.encoder(x)  # [N, K, H]
        h = self.conv(h, batch.edge_index, batch.edge_weight)
        h = h + self.attention(h.flatten(1), batch.edge_index).view_as(h)
        return self.scorer(h, batch.batch, batch.num_graphs)  # [B]


torch.manual_seed(0)
model, loss_of = MyModel(dataset.num_features), BPRLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
sampler = negative_sampler("uniform", dataset.items)
for epoch in range(args.epochs):
    total = 0.0
    for batch in CandidateLoader(train, sampler, num_negatives=1, graph=graph, epoch=epoch):
        score = model(batch).view(-1, 2)  # a real outfit beside its corrupted edition
        loss = loss_of(score[:, 0], score[:, 1])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(score)
    print(f"epoch {epoch}: loss {total / len(train):.3f}")

questions = test.questions("compatibility")
metric, labels = CompatibilityAUC(), questions.label.split(256)
with torch.no_grad():
    loader = OutfitLoader(questions.outfits(), graph, batch_size=256)
    for batch, label in zip(loader, labels, strict=True):
        metric.update(model(batch), label)
print(f"test AUC {float(metric.compute()):.3f}")
