"""What every model of the library is: a batch of outfits in, one score per outfit out."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from operator import methodcaller
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor
from torch_geometric.data import Batch, Data

from fashiongraph import __version__
from fashiongraph.errors import DataError
from fashiongraph.files import whole
from fashiongraph.models.objective import Objective
from fashiongraph.tensor_file import save_tensors

MODEL_CARD = "model.json"
"""The file that tells a checkpoint from any other folder."""

Model = TypeVar("Model", bound="OutfitModel")


class OutfitModel(torch.nn.Module):
    """Base of all models. Higher scores mean better outfits.

    A model reads nothing but its batch. It remembers, for whoever makes batches for it later, the
    category graph and the vocabulary that it was trained with; :func:`fashiongraph.training.fit`
    sets both.

    A subclass keeps each constructor argument in an attribute of the same name: that is how a
    checkpoint knows the settings.
    """

    registry: ClassVar[dict[str, type[OutfitModel]]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.graph: Data | None = None
        self.categories: list[str] = []

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # torch.export derives a class of the same name from that of every module it meets.
        if not cls.__module__.startswith("torch."):
            OutfitModel.registry[cls.__name__] = cls

    @property
    def settings(self) -> dict[str, Any]:
        """The constructor arguments."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        raise NotImplementedError(f"{type(self).__name__} does not say how to score a batch")

    def precomputed(self, batch: Batch) -> dict[str, Tensor]:
        """What the model computes of items alone, for outfits that share items.

        A batch may carry these fields for a whole catalogue, and with them ``item_slot`` [N], the
        row of each node's item, instead of features; the model then starts from there. By default
        a model has none, and reads features.

        Args:
            batch: Items that share features, ``unique_x`` [U, F].

        Returns:
            Fields of a batch, each with U rows.
        """
        return {}

    def score_candidates(self, batch: Batch, position: Tensor, num_candidates: int) -> Tensor:
        """Score the candidates for Q blanks: by the outfit that each completes, unless overridden.

        Args:
            batch: Every outfit with every candidate in its blank; candidate a of question q is
                outfit q·A + a.
            position: Index inside each question's outfit of the blank [Q].
            num_candidates: Number A of candidates per blank.

        Returns:
            Scores that can be compared within a question, by a softmax too [Q, A].
        """
        score: Tensor = self(batch)
        return score.view(-1, num_candidates)

    @contextmanager
    def among(self, features: Iterable[Tensor]) -> Iterator[None]:
        """Inside this context, outfits are scored among the items that are asked about.

        Few models compare an outfit with items outside it, and only those read the features.

        Args:
            features: Features of the distinct items, some rows [u, F] at a time.
        """
        yield

    def objective(self) -> Objective:
        """The objective that the library trains this model with unless told otherwise."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it is trained")

    def save(self, path: str | Path) -> None:
        """Write a checkpoint: a folder of tensors in safetensors, the rest as JSON.

        ``weights.safetensors`` holds parameters and buffers, ``graph.safetensors`` the category
        graph, and ``model.json`` the kind of model, its settings and the category vocabulary. The
        folder appears whole or not at all, in the place of an earlier checkpoint if there is one.

        Raises:
            FashionGraphError: If something else stands there.
        """
        with whole(path, marker=MODEL_CARD) as folder:
            folder.mkdir()
            weights = {name: value.contiguous() for name, value in self.state_dict().items()}
            save_tensors(weights, folder / "weights.safetensors")
            card = {
                "fashiongraph": __version__,
                "model": type(self).__name__,
                "settings": self.settings,
                "categories": self.categories,
                "graph": None,
            }
            if self.graph is not None:
                tensors = {
                    k: v.contiguous() for k, v in self.graph.to_dict().items() if torch.is_tensor(v)
                }
                save_tensors(tensors, folder / "graph.safetensors")
                card["graph"] = {k: v for k, v in self.graph.to_dict().items() if k not in tensors}
            (folder / MODEL_CARD).write_text(
                json.dumps(card, indent=2, ensure_ascii=False, default=methodcaller("item")),
                encoding="utf-8",
            )

    @classmethod
    def load(cls: type[Model], path: str | Path) -> Model:
        """Restore what :meth:`save` wrote; no pickle is read.

        Called on :class:`OutfitModel` it restores any model, on a subclass only its own kind.

        Raises:
            DataError: If the folder is no checkpoint, holds another kind of model, or its weights
                do not fit its settings.
        """
        folder = Path(path)
        file = folder / MODEL_CARD
        if not file.is_file():
            below = folder / "model"  # of a training's folder
            hint = f"; one lies in {below}" if (below / MODEL_CARD).is_file() else ""
            raise DataError(
                f"no checkpoint lies there: it needs the file {MODEL_CARD}{hint}", folder
            )
        try:
            card = json.loads(file.read_text(encoding="utf-8"))
            kind = OutfitModel.registry.get(card["model"])
            if kind is None:
                raise DataError(f"holds a {card['model']}, which no imported module defines", file)
            if not issubclass(kind, cls):
                raise DataError(f"holds a {card['model']}, not a {cls.__name__}", file)
            model = kind(**card["settings"])
            model.load_state_dict(load_file(folder / "weights.safetensors"))
            model.categories = card["categories"]
            if card["graph"] is not None:
                model.graph = Data(**load_file(folder / "graph.safetensors"), **card["graph"])
        except DataError:
            raise
        except (KeyError, TypeError, ValueError, RuntimeError, OSError, SafetensorError) as error:
            raise DataError(f"the checkpoint cannot be read: {error}", folder) from error
        assert isinstance(model, cls)
        return model.eval()

    def extra_repr(self) -> str:
        """The settings."""
        return ", ".join(f"{name}={value}" for name, value in self.settings.items())
