"""Train ADD-GNN on a folder of outfits and ask it compatibility and fill-in-the-blank questions.

    python examples/addgnn.py my_wardrobe --features features_image.npy

Without a folder it runs on a synthetic dataset whose features are the true attributes.
"""

import argparse

import torch

from fashiongraph.data import category_graph
from fashiongraph.datasets import OutfitTables, SyntheticOutfits
from fashiongraph.evaluation import compatibility
from fashiongraph.evaluation import fill_in_blank
from fashiongraph.models import ADDGNN
from fashiongraph.training import fit

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("root", nargs="?", help="folder with items.csv and outfits.csv")
parser.add_argument("--features", help="file of features in the folder")
parser.add_argument("--outfits", type=int, default=2000, help="number of synthetic outfits")
parser.add_argument("--hidden", type=int, default=64)
parser.add_argument("--epochs", type=int, default=16)
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args()

if args.root:
    dataset = OutfitTables(args.root, features=args.features)
else:
    dataset = SyntheticOutfits(num_outfits=args.outfits, features="attributes")
train, valid, test = dataset.split(seed=args.seed)
graph = category_graph(train.category_id, train.batch, dataset.num_categories)
print(dataset, graph)

torch.manual_seed(args.seed)
model = ADDGNN(dataset.num_features, args.hidden, num_steps=1)
history = fit(model, train, valid, graph=graph, max_epochs=args.epochs, seed=args.seed)
print(history[["train/loss", "valid/auc", "valid/fitb"]].round(3))

for protocol in ("uniform", "same_category"):
    print(protocol)
    print("  ", compatibility(model, test.questions("compatibility", protocol, seed=args.seed)))
    print("  ", fill_in_blank(model, test.questions("fitb", protocol, seed=args.seed)))
