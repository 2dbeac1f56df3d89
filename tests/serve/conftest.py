"""A small shop with pictures, a model of it, and its application."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from typer.testing import CliRunner

from fashiongraph.cli import app as command
from fashiongraph.serve import ServeSettings, create_app
from fashiongraph.stylist import Stylist

COLOURS = {"red": (190, 40, 45), "blue": (40, 60, 170), "green": (40, 130, 60)}
CATEGORIES = ("bag", "shoes", "skirt", "top")


def picture(colour: tuple[int, int, int], size: int = 48) -> bytes:
    """A garment of one colour on white, as a PNG file."""
    image = Image.new("RGB", (size, size), "white")
    image.paste(colour, (size // 4, size // 4, 3 * size // 4, 3 * size // 4))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty items with pictures, and outfits of one colour each."""
    root = tmp_path_factory.mktemp("shop")
    (root / "images").mkdir()
    rng = np.random.default_rng(0)
    rows = []
    for i in range(60):
        colour = list(COLOURS)[i % 3]
        shade = tuple(int(v) for v in np.clip(COLOURS[colour] + rng.integers(-25, 25, 3), 0, 255))
        (root / "images" / f"{i:04d}.png").write_bytes(picture(shade))
        category = CATEGORIES[i // 3 % 4]
        rows.append((f"{i:04d}", category, f"{colour} {category} {i}", f"images/{i:04d}.png"))
    items = pd.DataFrame(rows, columns=["item_id", "category", "title", "image"])
    items["price"] = rng.integers(5, 90, len(items))
    items["season"] = np.where(np.arange(len(items)) % 2, "summer", "winter")
    items.to_csv(root / "items.csv", index=False)
    outfits = []
    for number in range(120):
        colour = number % 3
        for place, choice in enumerate(rng.integers(0, 5, 4)):
            outfits.append((f"o{number:03d}", f"{12 * choice + 3 * place + colour:04d}"))
    frame = pd.DataFrame(outfits, columns=["outfit_id", "item_id"])
    frame.to_csv(root / "outfits.csv", index=False)
    run("embed", root, "--encoder", "colours")
    return root


@pytest.fixture(scope="session")
def model(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that was trained on the shop's outfits."""
    output = tmp_path_factory.mktemp("run")
    run(
        *("train", shop, "--model", "addgnn-plus", "-o", output, "--hidden", 8, "--epochs", 6),
        *("--accelerator", "cpu", "--batch-size", 16, "--lr", 0.02),
    )
    return output / "model"


def run(*arguments: object) -> str:
    """Run ``fashiongraph``."""
    result = CliRunner().invoke(command, [str(a) for a in arguments])
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


@pytest.fixture(scope="session")
def stylist(model: Path, shop: Path) -> Stylist:
    return Stylist.load(model, shop)


@pytest.fixture
def make_client(stylist: Stylist, tmp_path: Path) -> Iterator[Callable[..., TestClient]]:
    """A function from settings to a client of an application; equal settings share a database."""
    open_clients: list[TestClient] = []

    def make(headers: dict[str, str] | None = None, **settings: object) -> TestClient:
        app = create_app(lambda: stylist, ServeSettings(tmp_path / "store", **settings))
        client = TestClient(app, "http://127.0.0.1", headers=headers, raise_server_exceptions=False)
        open_clients.append(client.__enter__())
        return client

    yield make
    for one in open_clients:
        one.__exit__(None, None, None)


@pytest.fixture
def client(make_client: Callable[..., TestClient]) -> TestClient:
    """A client of the application."""
    return make_client()
