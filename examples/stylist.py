"""From two tables and a folder of pictures to answers with pictures.

    python examples/stylist.py                        # on a wardrobe that it draws
    python examples/stylist.py my_wardrobe            # items.csv with image, outfits.csv, pictures

It encodes the pictures, trains ADD-GNN+, calibrates its scores, and writes pages: why an outfit
scores as it does, what to wear in place of the item that fits least, whole outfits from one item.
"""

import argparse
from pathlib import Path

import torch

from fashiongraph.data import add_item_cooccurrence, category_graph
from fashiongraph.datasets import OutfitTables, SyntheticOutfits
from fashiongraph.evaluation import Calibration
from fashiongraph.features import extract_features, image_encoder
from fashiongraph.models import ADDGNNPlus
from fashiongraph.stylist import Stylist
from fashiongraph.training import fit


def encode(root, encoder):
    """Encode the pictures; a second run encodes only new ones."""
    names = OutfitTables(root).items.columns["image"]  # an error names the file, the row, the rule
    extract_features(
        [root / name for name in names],
        image_encoder(encoder),
        cache=root / ".features",
        out=root / "features.npy",
        progress=False,
    )
    return OutfitTables(root, features="features.npy")


def train(dataset, epochs):
    """A calibrated model, and outfits that it was not trained on."""
    first, second, held_out = dataset.split(seed=0)
    graph = category_graph(first.category_id, first.batch, dataset.num_categories)
    torch.manual_seed(0)
    model = ADDGNNPlus(dataset.num_features)
    graph = add_item_cooccurrence(graph, first)
    fit(model, first, second, graph=graph, max_epochs=epochs, progress=False)
    calibration = Calibration.fit(model, second)
    print(f"expected calibration error {calibration.ece:.3f}")
    return Stylist(model, dataset.items, dataset.outfits, dataset.root, calibration), held_out


def worst_outfit(stylist, outfits):
    """Identifiers of the items of the outfit with the lowest score."""
    rows = [one for one in outfits.item_id.split(outfits.sizes.tolist()) if len(one) > 2]
    worn = [outfits.items.ids[one.numpy()].tolist() for one in rows]
    return worn[int(stylist.score(worn).frame["score"].argmin())]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, nargs="?", help="folder with items.csv and outfits.csv")
    parser.add_argument("--encoder", default="colours", help="as for fashiongraph embed")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--num-outfits", type=int, default=600, help="number to draw")
    parser.add_argument("--output", type=Path, default=Path("stylist"))
    args = parser.parse_args()
    args.output.mkdir(parents=True, exist_ok=True)
    root = args.data
    if root is None:
        root = args.output / "wardrobe"
        SyntheticOutfits(root, num_items=300, num_outfits=args.num_outfits, seed=0)
    stylist, held_out = train(encode(root, args.encoder), args.epochs)
    outfit = worst_outfit(stylist, held_out)
    answers = {
        "explain": stylist.explain(outfit),
        "swap": stylist.swap(outfit, k=5, diversity=0.3),
        "compose": stylist.compose(outfit[:1], n=3, once=True),
    }
    for name, answer in answers.items():
        answer.to_html(args.output / f"{name}.html")
        print(f"{name}: {answer.sentence}")
    print(f"pages are in {args.output}")


if __name__ == "__main__":
    main()
