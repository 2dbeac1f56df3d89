"""DeepFashion In-Shop: train GoogLeNet end to end and measure same-item retrieval.

    python benchmarks/in_shop.py ROOT --weights googlenet.pth --epochs 5
    python benchmarks/in_shop.py ROOT --weights none --size 64    # small data: that the code runs

ROOT is the benchmark as released: ``list_eval_partition.txt`` (or ``Eval/…``) with the columns
image_name, item_id and evaluation_status, and the pictures below ROOT or ROOT/Img. The pictures of
one garment take the place of an outfit: they are positives, and another garment of the category
(the folder of its pictures) is the negative. R@k is the share of queries with a picture of the same
garment among the first k of the gallery.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torchvision.transforms import functional as pixels

from fashiongraph.data import ItemTable, Outfits
from fashiongraph.errors import DataError
from fashiongraph.evaluation import same_item_retrieval
from fashiongraph.features.pictures import read_picture
from fashiongraph.models import PictureCollocationNet
from fashiongraph.objectives import MetricObjective
from fashiongraph.training import TrainingConfig, fit

LAYERS = ("inception3b", "inception4e", "inception5b")


def read_partition(root: Path) -> pd.DataFrame:
    """The pictures with their garment, split and category.

    Raises:
        DataError: If the list is missing or lacks a column.
    """
    name = "list_eval_partition.txt"
    files = [file for file in (root / name, root / "Eval" / name) if file.is_file()]
    if not files:
        raise DataError(f"needs {name}, as the In-Shop benchmark is released", root)
    frame = pd.read_csv(files[0], sep=r"\s+", skiprows=1, dtype=str)
    for column in ("image_name", "item_id", "evaluation_status"):
        if column not in frame:
            raise DataError(f"needs the column {column!r} (got {list(frame)})", files[0])
    # img/WOMEN/Dresses/id_00000002/02_1_front.jpg
    frame["category"] = frame["image_name"].str.split("/").str[-3]
    return frame


def item_table(frame: pd.DataFrame, root: Path, size: int, file: Path) -> ItemTable:
    """Prepared pictures as an item table whose features are pixels, mapped from a file."""
    folder = root / "Img" if (root / "Img").is_dir() else root
    shape = (len(frame), 3, size, size)
    array = np.lib.format.open_memmap(file, "w+", np.float32, shape)
    for row, name in enumerate(frame["image_name"]):
        image = pixels.center_crop(pixels.resize(read_picture(folder / name), size), [size, size])
        tensor = pixels.normalize(
            pixels.to_tensor(image), [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
        )
        array[row] = tensor.numpy()
    array.flush()
    return ItemTable.from_lists(
        frame["image_name"],
        frame["category"],
        torch.from_numpy(np.load(file, mmap_mode="c")),
        pd.DataFrame({"garment": frame["item_id"].to_numpy()}),
    )


def garments(items: ItemTable) -> Outfits:
    """The pictures of each garment as one outfit."""
    code, _ = pd.factorize(items.columns["garment"])
    order = np.argsort(code, kind="stable")
    ptr = np.concatenate([[0], np.bincount(code).cumsum()])
    outfits = Outfits(items, torch.from_numpy(ptr), torch.from_numpy(order))
    return outfits.select(outfits.sizes > 1).with_frequency()


def main() -> None:
    """Train, evaluate, and print and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("--weights", required=True, help="file of GoogLeNet's weights, or none")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch-size", type=int, default=32, help="garments per batch")
    parser.add_argument("--learning-rate", type=float, default=1e-4)
    parser.add_argument("--size", type=int, default=224, help="pixels of a side")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=Path("benchmark-results/in_shop"))
    args = parser.parse_args()
    frame = read_partition(args.root)
    args.output.mkdir(parents=True, exist_ok=True)
    tables = {
        split: item_table(part, args.root, args.size, args.output / f"{split}.npy")
        for split, part in frame.groupby("evaluation_status")
    }
    torch.manual_seed(args.seed)
    weights = None if args.weights == "none" else args.weights
    model = PictureCollocationNet("googlenet", LAYERS, weights)
    before = same_item_retrieval(model, tables["query"], tables["gallery"], "garment")
    fit(
        model,
        garments(tables["train"]),
        objective=MetricObjective.paper(),
        config=TrainingConfig(batch_size=args.batch_size, learning_rate=args.learning_rate),
        protocol="same_category",
        max_epochs=args.epochs,
        seed=args.seed,
        logger=False,
        progress=sys.stderr.isatty(),
    )
    after = same_item_retrieval(model, tables["query"], tables["gallery"], "garment")
    model.save(args.output / "model")
    results = {
        name: {metric: result.to_dict() for metric, result in found.items()}
        for name, found in (("before", before), ("after", after))
    }
    (args.output / "results.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    for metric, result in after.items():
        print(f"{metric}: {before[metric].value:.3f} before training, {result.value:.3f} after")


if __name__ == "__main__":
    main()
