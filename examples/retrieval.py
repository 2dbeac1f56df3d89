"""Retrieve what goes with an item, and complete an outfit slot by slot.

    python examples/retrieval.py my_wardrobe --features features_image.npy --report sheet.html

Without a folder it runs on a synthetic dataset whose features are the true attributes.
"""

import argparse

import torch

from fashiongraph.data import category_graph
from fashiongraph.datasets import OutfitTables, SyntheticOutfits
from fashiongraph.evaluation import embed_items, outfit_retrieval
from fashiongraph.models import ADDGNN, CollocationNet
from fashiongraph.retrieval import (
    ItemIndex,
    CatalogueStates,
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
    dataset = OutfitTables(args.root, features=args.features)
else:
    dataset = SyntheticOutfits(num_outfits=args.outfits, features="attributes")
items = dataset.items
train, valid, test = dataset.split(seed=0)

# One embedding space: the protocol, then an index to search.
torch.manual_seed(0)
space = CollocationNet(dataset.num_features, args.hidden)
fit(space, train, valid, max_epochs=args.epochs)
for name, model in (("features", torch.nn.Identity()), ("CollocationNet", space)):
    found = outfit_retrieval(model, test, ks=(20,))
    print(name, *found.values(), sep="\n  ")

index = ItemIndex.build(items, embed_items(space, items))
query = test.item_id[:1]
name, own = items.ids[int(query)], items.categories[items.category_id[query]]
vector = embed_items(space, items, query)
nearest = index.search(vector, k=5, unless={"category": own, "item_id": name})
print(f"what goes with {name} ({own})", index.frame(nearest), sep="\n")

# An outfit without its last item, completed by ADD-GNN.
graph = category_graph(train.category_id, train.batch, dataset.num_categories)
model = ADDGNN(dataset.num_features, args.hidden, num_steps=1)
fit(model, train, valid, graph=graph, max_epochs=args.epochs)
*outfit, hidden = items.ids[test.select([0]).item_id.numpy()]
states = CatalogueStates.build(model, items)  # once for any number of outfits
answer = complete(model, outfit, items, k=5, states=states)
slot = items.categories[items.category_id[items.rows([hidden])]]
print(f"completions of {outfit}, which held {hidden} ({slot})")
print(answer[answer["category"] == slot])

if args.sheet:
    cards = item_views(items, outfit, dataset.root)
    rows = [
        ReportRow(
            category,
            cards,
            item_views(items, list(part["item_id"]), dataset.root, list(part["score"]), {hidden}),
        )
        for category, part in answer.groupby("category", sort=False)
    ]
    write_html_report(args.sheet, "Completions", rows)
