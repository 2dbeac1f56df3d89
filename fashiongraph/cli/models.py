"""The model that a command reads."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import stored_place
from fashiongraph.errors import FashionGraphError

if TYPE_CHECKING:
    from torch import Tensor

    from fashiongraph.data.item_table import ItemTable
    from fashiongraph.models import OutfitModel
    from fashiongraph.retrieval import Catalogue


def load_model(checkpoint: Path, modules: Sequence[str] | None = None) -> OutfitModel:
    """Load a model of any class.

    Args:
        checkpoint: Folder of the model.
        modules: Modules to import first, which may define its class.

    Raises:
        DataError: If the folder is no checkpoint.
        FashionGraphError: If a module cannot be imported.
    """
    from fashiongraph.models import OutfitModel

    import_modules(modules or ())
    return OutfitModel.load(checkpoint)


def import_modules(modules: Sequence[str], option: str = "--import") -> None:
    """Import modules from the current folder or the environment.

    Args:
        modules: Names of the modules.
        option: The option that names them, for errors.

    Raises:
        FashionGraphError: If one cannot be imported.
    """
    allow_local_imports()
    try:
        for name in modules:
            importlib.import_module(name)
    except Exception as error:  # the module is the user's, and so is its error
        raise FashionGraphError(
            f"'{option}' needs importable modules: {type(error).__name__}: {error} "
            f"(got {', '.join(modules)})"
        ) from error


def allow_local_imports() -> None:
    """Put the current folder on the path of imports, as ``python -m`` does."""
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))


def query_vectors(
    model: OutfitModel | None, items: ItemTable, rows: Tensor, matching: bool
) -> Tensor:
    """Queries of length 1 for the items similar to each of some items, or that match it [n, D].

    Args:
        model: A model with item vectors; :obj:`None` for the features themselves.
        items: Items with features.
        rows: Rows of the items [n].
        matching: Whether items that match are wanted; needs a model.
    """
    import torch

    from fashiongraph.evaluation import embed_items

    if model is None or not matching:
        return embed_items(torch.nn.Identity() if model is None else model, items, rows)
    vectors = embed_items(model, items, rows, cosine=False)
    with torch.no_grad():
        queries = [model.completion_query(one.unsqueeze(0))[0].float() for one in vectors]
    return torch.nn.functional.normalize(torch.stack(queries), dim=1)


def open_states(text: str | None, model: OutfitModel, items: ItemTable) -> Catalogue | None:
    """Open stored item vectors.

    Args:
        text: Value of ``--states``.
        model: The model that encoded them.
        items: The items that were encoded.

    Returns:
        The vectors; :obj:`None` without the option.

    Raises:
        DataError: If they are those of another model or of other items.
    """
    if text is None:
        return None
    from fashiongraph.retrieval import open_catalogue

    with option_names({"states": "--states"}):
        return open_catalogue(stored_place(text), model, items)
