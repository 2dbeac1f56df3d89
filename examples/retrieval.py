"""Retrieve items that match an item, and complete an outfit slot by slot.

    python examples/retrieval.py my_wardrobe --features features_image.npy --report completion.html

Without a folder it runs on a synthetic data set whose features are the true attributes.
"""

import argparse

import torch

from fashiongraph.data import add_item_cooccurrence, category_graph, split
from fashiongraph.datasets import OutfitTables, SyntheticOutfits
from fashiongraph.evaluation import embed_items, outfit_retrieval
from fashiongraph.models import ADDGNNPlus, CollocationNet
from fashiongraph.retrieval import (
    ItemIndex,
    LocalCatalogue,
    ReportRow,
    complete,
    item_views,
    write_html_report,
)
from fashiongraph.training import fit

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("root", nargs="?", help="folder with items.csv and outfits.csv")
parser.add_argument("--features", help="file of features in the folder")
parser.add_argument("--outfits", type=int, default=2000, help="number of synthetic outfits")
parser.add_argument("--hidden", type=int, default=64)
parser.add_argument("--epochs", type=int, default=12)
parser.add_argument("--report", help="HTML file to write the completions to")
args = parser.parse_args()

if args.root:
    outfits = OutfitTables(args.root, features=args.features).outfits
else:
    outfits = SyntheticOutfits.attributes_only(num_outfits=args.outfits, seed=0)
items, root = outfits.items, args.root or "."
train_outfits, valid_outfits, test_outfits = split(outfits, seed=0)
graph = category_graph(train_outfits.category_id, train_outfits.batch, items.num_categories)
graph = add_item_cooccurrence(graph, train_outfits)


def train(model):
    fit(model, train_outfits, valid_outfits, graph=graph, max_epochs=args.epochs, progress=False)
    return model


def test(model):
    return outfit_retrieval(model, test_outfits, ks=(20,)).values()


def search(space):
    """Items of other categories that match the first test item."""
    row = test_outfits.item_id[:1]
    name, category = items.ids[int(row)], items.categories[items.category_id[row]]
    index = ItemIndex.build(items, embed_items(space, items))
    vector = embed_items(space, items, row)
    found = index.search(vector, k=5, unless={"category": category, "item_id": name})
    print(f"Matches of {name} ({category}):", index.frame(found), sep="\n")


def fill(model):
    """Completions of the first test outfit without its last item."""
    *outfit, hidden = items.ids[test_outfits.select([0]).item_id.numpy()]
    states = LocalCatalogue.build(model, items)  # once for any number of outfits
    answer = complete(model, outfit, items, k=5, states=states)
    slot = items.categories[items.category_id[items.rows([hidden])]]
    print(f"Completions of {outfit}, which held {hidden} ({slot}):")
    print(answer[answer["category"] == slot])
    return outfit, hidden, answer


def report(outfit, hidden, answer):
    """Write the completions as one HTML file."""
    query = item_views(items, outfit, root)
    rows = []
    for category, found in answer.groupby("category", sort=False):
        ids, scores = list(found["item_id"]), list(found["score"])
        rows.append(ReportRow(category, query, item_views(items, ids, root, scores, {hidden})))
    write_html_report(args.report, "Completions", rows)


torch.manual_seed(0)
print("Features without training:", *test(torch.nn.Identity()), sep="\n  ")
space = train(CollocationNet(items.num_features, args.hidden))
print("CollocationNet:", *test(space), sep="\n  ")
search(space)
completion = fill(train(ADDGNNPlus(items.num_features, args.hidden)))
if args.report:
    report(*completion)
