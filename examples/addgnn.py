"""Train ADD-GNN or ADD-GNN+ and evaluate it with easy and hard negatives.

    python examples/addgnn.py my_wardrobe --features features_image.npy

Without a folder it runs on a synthetic data set whose features are the true attributes.
"""

import argparse

import torch

from fashiongraph.data import add_item_cooccurrence, category_graph, split
from fashiongraph.datasets import OutfitTables, SyntheticOutfits
from fashiongraph.evaluation import compatibility, draw_questions, fill_in_blank
from fashiongraph.models import ADDGNN, ADDGNNPlus
from fashiongraph.training import fit

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("root", nargs="?", help="folder with items.csv and outfits.csv")
parser.add_argument("--features", help="file of features in the folder")
parser.add_argument("--model", choices=["addgnn", "addgnn-plus"], default="addgnn-plus")
parser.add_argument("--outfits", type=int, default=2000, help="number of synthetic outfits")
parser.add_argument("--hidden", type=int, default=64)
parser.add_argument("--epochs", type=int, default=12)
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args()

if args.root:
    outfits = OutfitTables(args.root, features=args.features).outfits
else:
    outfits = SyntheticOutfits.attributes_only(num_outfits=args.outfits, seed=0)
items = outfits.items
train_outfits, valid_outfits, test_outfits = split(outfits, seed=args.seed)
graph = category_graph(train_outfits.category_id, train_outfits.batch, items.num_categories)

torch.manual_seed(args.seed)
if args.model == "addgnn":
    model = ADDGNN(items.num_features, args.hidden, num_steps=1)
else:
    model = ADDGNNPlus(items.num_features, args.hidden)
    graph = add_item_cooccurrence(graph, train_outfits)


def train():
    return fit(
        model,
        train_outfits,
        valid_outfits,
        graph=graph,
        max_epochs=args.epochs,
        seed=args.seed,
        progress=False,
    )


def test(protocol):
    questions = [
        draw_questions(test_outfits, kind, protocol=protocol, seed=args.seed)
        for kind in ("compatibility", "fitb")
    ]
    return compatibility(model, questions[0]), fill_in_blank(model, questions[1])


history = train()
for epoch, row in history.iterrows():
    print(
        f"Epoch: {epoch:02d}, Loss: {row['train/loss']:.3f}, "
        f"Valid AUC: {row['valid/auc']:.3f}, Valid FITB: {row['valid/fitb']:.3f}"
    )
for protocol in ("uniform", "same_category"):
    print(f"Test, {protocol} negatives:", *test(protocol), sep="\n  ")
