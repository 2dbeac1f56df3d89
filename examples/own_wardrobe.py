"""From a folder of pictures and a CSV of outfits to a trained model and ranked outfits.

    python examples/own_wardrobe.py pictures outfits.csv --output my_wardrobe

The folder ``pictures`` holds one folder per category: ``pictures/dress/red.jpg`` is the item
``dress/red.jpg`` of the category ``dress``. A row of ``outfits.csv`` (``outfit_id,item_id``) is an
item of an outfit. Without arguments it runs on pictures that it draws.
"""

import argparse
import tempfile
from pathlib import Path

import pandas as pd
import torch
from PIL import Image

from fashiongraph.data import category_graph
from fashiongraph.datasets import OutfitTables, SyntheticOutfits
from fashiongraph.evaluation import compatibility, draw_questions, fill_in_blank, score_outfits
from fashiongraph.features import extract_features, image_encoder
from fashiongraph.features.pictures import FORMATS
from fashiongraph.models import ADDGNN
from fashiongraph.training import fit


def draw(folder, num_outfits):
    """Draw a synthetic data set as a folder of pictures by category and a CSV of outfits."""
    made = SyntheticOutfits(folder / "drawn", num_items=150, num_outfits=num_outfits)
    items, outfits = made.items, made.outfits
    category = [items.categories[code] for code in items.category_id]
    for name, image in zip(category, items.columns["image"], strict=True):
        target = folder / "pictures" / name / Path(image).name
        target.parent.mkdir(parents=True, exist_ok=True)
        (folder / "drawn" / image).rename(target)
    ids = pd.Series(category) + "/" + items.columns["image"].map(lambda image: Path(image).name)
    rows = {
        "outfit_id": outfits.ids[outfits.batch.numpy()],
        "item_id": ids[outfits.item_id.numpy()].to_numpy(),
    }
    pd.DataFrame(rows).to_csv(folder / "outfits.csv", index=False)
    return folder / "pictures", folder / "outfits.csv"


def make_tables(pictures, outfits, output):
    """Write ``items.csv``, a row per picture, and ``outfits.csv``."""
    ends = {end for end, kind in Image.registered_extensions().items() if kind in FORMATS}
    found = sorted(path for path in pictures.glob("*/*") if path.suffix.lower() in ends)
    files = [path for path in found if path.is_file() and path.name[0] != "."]  # macOS: ._red.jpg
    items = {
        "item_id": [file.relative_to(pictures).as_posix() for file in files],
        "category": [file.parent.name for file in files],
        "image": [file.absolute() for file in files],
    }
    output.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(items).to_csv(output / "items.csv", index=False)
    (output / "outfits.csv").write_bytes(outfits.read_bytes())


def encode(output, args):
    """Encode the pictures; a second run encodes only new ones."""
    dataset = OutfitTables(output)  # an error names the file, the row and the rule
    print(dataset)
    extract_features(
        dataset.items.columns["image"].tolist(),
        image_encoder(args.encoder, args.weights),
        cache=output / ".features",
        out=output / "features_image.npy",
        progress=False,
    )
    return OutfitTables(output, features="features_image.npy")


def train(dataset, args):
    first, second, held_out = dataset.split(seed=0)
    graph = category_graph(first.category_id, first.batch, dataset.num_categories)
    torch.manual_seed(0)
    model = ADDGNN(dataset.num_features, args.hidden, num_steps=1)
    fit(model, first, second, graph=graph, max_epochs=args.epochs, progress=False)
    return model, held_out


def test(model, outfits):
    for protocol in ("uniform", "same_category"):
        auc = compatibility(model, draw_questions(outfits, "compatibility", protocol=protocol))
        fitb = fill_in_blank(model, draw_questions(outfits, "fitb", protocol=protocol))
        print(f"Test, {protocol} negatives:", auc, fitb, sep="\n  ")
    score = score_outfits(model, outfits)
    order = score.argsort(descending=True).tolist()
    for title, chosen in (("Best", order[:3]), ("Worst", order[-3:])):
        for row in chosen:
            names = outfits.items.ids[outfits.select([row]).item_id.numpy()]
            print(f"{title}: {outfits.ids[row]} {score[row]:.3f}: {', '.join(names)}")


def run(pictures, outfits, output, args):
    make_tables(pictures, outfits, output)
    model, held_out = train(encode(output, args), args)
    model.save(output / "model")
    test(model, held_out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pictures", type=Path, nargs="?", help="folder of folders of pictures")
    parser.add_argument("outfits", type=Path, nargs="?", help="CSV file: outfit_id,item_id")
    parser.add_argument("--output", type=Path, default=Path("my_wardrobe"))
    parser.add_argument("--encoder", default="efficientnet-lite0", help="or a torchvision name")
    parser.add_argument("--weights", default="DEFAULT", help="for torchvision: a name or a file")
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--num-outfits", type=int, default=800, help="number to draw")
    args = parser.parse_args()
    if args.pictures and not args.outfits:
        parser.error("a folder of pictures needs a CSV of outfits")
    if args.pictures:
        run(args.pictures, args.outfits, args.output, args)
    else:
        with tempfile.TemporaryDirectory() as folder:
            run(*draw(Path(folder), args.num_outfits), Path(folder) / "my_wardrobe", args)
