"""Interface of all models: a batch of outfits to one score per outfit."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import torch
from torch import Tensor
from torch_geometric.data import Batch, Data

from fashiongraph import __version__, hub
from fashiongraph.data.feature_source import FeatureSource, check_sources
from fashiongraph.data.graph_checks import check_graph
from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.loader.outfit_batch import ItemInputs, item_inputs, leave_one_out
from fashiongraph.manifest import DAMAGED
from fashiongraph.models.checkpoint import MODEL_CARD, read_checkpoint, write_checkpoint
from fashiongraph.models.item_states import ItemStates
from fashiongraph.models.model_card import model_card
from fashiongraph.models.stored_weights import build_with_weights, check_weights

ModelT = TypeVar("ModelT", bound="OutfitModel")


def constructor_arguments(module: torch.nn.Module) -> dict[str, Any]:
    """Constructor arguments of a module, read from attributes of the same names.

    Raises:
        FashionGraphError: If the module does not store one of them.
    """
    names = [
        name
        for name, parameter in inspect.signature(type(module)).parameters.items()
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    for name in names:
        if not hasattr(module, name):
            raise FashionGraphError(
                f"{type(module).__name__} needs to store its constructor argument {name!r} in an "
                f"attribute of that name (self.{name} = {name})"
            )
    return {name: getattr(module, name) for name in names}


class OutfitModel(torch.nn.Module):
    r"""Base class of all models. Higher scores mean better outfits.

    A subclass implements :meth:`forward` and stores each constructor argument in an attribute of
    the same name, from which checkpoints take the configuration. Everything else has a default
    that works for any model: item scores by leave-one-out, candidates scored as completed outfits.
    A model overrides the methods that it computes faster:

    - :meth:`encode_items` and :meth:`cache_items`: item embeddings, which evaluation and completion
      cache;
    - :meth:`item_scores`, :meth:`pair_scores`, :meth:`score_candidates`;
    - :meth:`embed` and :meth:`completion_query`: completion as inner-product search.

    :func:`fashiongraph.training.fit` sets :attr:`graph` (category graph of the training outfits),
    :attr:`categories` (their vocabulary), :attr:`feature_sources` (files and encoders of their
    features) and :attr:`training_outfits` (their keys, :func:`~fashiongraph.data.outfit_keys`).
    :attr:`calibration` holds the fields of a :class:`~fashiongraph.evaluation.Calibration`.

    Example:
        >>> import torch
        >>> from torch_geometric.nn import GATConv, global_mean_pool
        >>> from fashiongraph.models import OutfitModel
        >>> class GAT(OutfitModel):
        ...     def __init__(self, in_channels, hidden_channels=32):
        ...         super().__init__()
        ...         self.in_channels = in_channels
        ...         self.hidden_channels = hidden_channels
        ...         self.conv = GATConv(in_channels, hidden_channels)
        ...         self.out = torch.nn.Linear(hidden_channels, 1)
        ...
        ...     def forward(self, batch):
        ...         h = self.conv(batch.x, batch.edge_index).relu()
        ...         pooled = global_mean_pool(h, batch.batch, batch.num_graphs)
        ...         return self.out(pooled).squeeze(-1)
        >>> GAT(8).config
        {'in_channels': 8, 'hidden_channels': 32}
    """

    registry: ClassVar[dict[str, type[OutfitModel]]] = {}
    """Model classes by name; :meth:`load` looks up the class of a checkpoint here."""

    in_channels: int | None = None
    """Number of features of the input, or :obj:`None` for any."""

    candidates_interact: ClassVar[bool] = False
    """Whether the score of a candidate depends on the other candidates of its question."""

    def __init__(self) -> None:
        super().__init__()
        self.graph: Data | None = None
        self.categories: list[str] = []
        self.feature_sources: tuple[FeatureSource, ...] = ()
        self.training_outfits: Tensor | None = None
        self.calibration: dict[str, Any] | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # torch.export derives a class of the same name from the class of every traced module.
        if not cls.__module__.startswith("torch."):
            OutfitModel.registry[cls.__name__] = cls

    # --- configuration ------------------------------------------------------------------------

    @property
    def config(self) -> dict[str, Any]:
        """The constructor arguments, as :meth:`from_config` takes them.

        Raises:
            FashionGraphError: If the model does not store one of its constructor arguments.
        """
        return constructor_arguments(self)

    @classmethod
    def from_config(cls: type[ModelT], config: Mapping[str, Any]) -> ModelT:
        """Build a model with new weights from a configuration.

        Args:
            config: Constructor arguments, as :attr:`config` returns them.
        """
        return cls(**config)

    @classmethod
    def paper(cls: type[ModelT], in_channels: int, **config: Any) -> ModelT:
        """Build the model in its published configuration.

        Args:
            in_channels: Size of the features, F.
            **config: Constructor arguments that replace the published ones.

        Raises:
            FashionGraphError: If the model is not published.
        """
        raise FashionGraphError(f"{cls.__name__} has no published configuration")

    @property
    def batch_inputs(self) -> frozenset[str]:
        """Optional fields of the batch that the model reads.

        ``"unique_context"`` and ``"edge_cooccurrence"`` need a category graph with item
        co-occurrence (:func:`~fashiongraph.data.add_item_cooccurrence`).
        """
        return frozenset()

    def check_items(self, items: ItemTable, argument: str = "items") -> None:
        """Check that items have the features that the model was trained on.

        Args:
            items: The items.
            argument: Name of the argument that holds them, for the error.

        Raises:
            FashionGraphError: If their number of features or their encoders differ.
        """
        check_sources(self.feature_sources, items.feature_sources, argument)
        if self.in_channels not in (None, items.num_features):
            raise FashionGraphError(
                f"'{argument}' needs items with the {self.in_channels} features that "
                f"{type(self).__name__} reads (got {items.num_features})"
            )

    # --- scores -------------------------------------------------------------------------------

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        raise NotImplementedError(f"{type(self).__name__} does not implement forward(batch)")

    def ranking_scores(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Scores for ranking candidates, and scores for ranking outfits.

        They differ for a model that pools item scores; by default both are :meth:`forward`.

        Returns:
            Scores for ranking the candidates of a question [B], and scores for ranking outfits
            [B].
        """
        score: Tensor = self(batch)
        return score, score

    def score_candidates(self, batch: Batch, position: Tensor, num_candidates: int) -> Tensor:
        """Score the candidates of Q questions, by default as completed outfits.

        Args:
            batch: Every outfit with every candidate in its blank; candidate a of question q is
                outfit q·A + a.
            position: Index of the blank inside each question's outfit [Q].
            num_candidates: Number A of candidates per question.

        Returns:
            Scores that are comparable within a question, also under a softmax [Q, A].
        """
        return self.ranking_scores(batch)[0].view(-1, num_candidates)

    def item_scores(self, batch: Batch) -> Tensor:
        r"""Compatibility of each item with the rest of its outfit [N], by default leave-one-out.

        .. math::
            f_i = y(O) - y(O \setminus i)

        An outfit of one item scores 0.
        """
        score: Tensor = self(batch)[batch.batch] - self(leave_one_out(batch))
        return score.masked_fill(batch.ptr.diff()[batch.batch] < 2, 0.0)

    def pair_scores(self, batch: Batch) -> Tensor:
        r"""Score of each edge :math:`j \to i` of a batch [E].

        Raises:
            FashionGraphError: If the model does not score pairs.
        """
        raise FashionGraphError(f"{type(self).__name__} has no scores of pairs")

    def pair_terms(self, batch: Batch) -> dict[str, Tensor] | None:
        r"""Terms of the score of each edge by name [E] each, or :obj:`None` for a model without.

        Their sum is :meth:`pair_scores`, and the mean of that over the edges of an outfit its first
        score of :meth:`ranking_scores`.
        """
        return None

    @property
    def has_pair_scores(self) -> bool:
        """Whether the model implements :meth:`pair_scores`."""
        return type(self).pair_scores is not OutfitModel.pair_scores

    # --- item embeddings ----------------------------------------------------------------------

    def encode_items(self, items: ItemInputs) -> dict[str, Tensor]:
        """Embeddings of items without their outfit, by name; by default none.

        Args:
            items: Features [U, F], categories [U], and the co-occurrence context [U, F] or
                :obj:`None`.

        Returns:
            Named tensors [U, ...].
        """
        return {}

    def cache_items(self, items: ItemInputs) -> dict[str, Tensor]:
        """Tensors to cache for items of many outfits; by default those of :meth:`encode_items`."""
        return self.encode_items(items)

    def item_states(self, batch: Batch) -> ItemStates:
        """Item embeddings of a batch: its field ``item_states`` if present, else computed."""
        if "item_states" in batch:
            return ItemStates(batch.item_states, batch.item_index)
        items, index = item_inputs(batch)
        return ItemStates(self.encode_items(items), index)

    def embed(self, states: Mapping[str, Tensor]) -> Tensor | None:
        """One vector per item [U, D], or :obj:`None` for a model without item vectors.

        Args:
            states: Item embeddings, as :meth:`encode_items` returns them.
        """
        return None

    def completion_query(self, embedding: Tensor) -> tuple[Tensor, Tensor]:
        r"""Score of an outfit with a further item c, as a linear function of the vector of c.

        .. math::
            y(o \cup \{c\}) \approx \mathbf{q}^\top \mathbf{e}_c + b

        By default :math:`\mathbf{q}` is the mean vector of the outfit, and b is 0.

        Args:
            embedding: Vectors of the outfit's items, from :meth:`embed` [n, D].

        Returns:
            The query :math:`\mathbf{q}` [D] and the constant b, a scalar.
        """
        return embedding.mean(dim=0), embedding.new_zeros(())

    @property
    def has_exact_query(self) -> bool:
        """Whether :meth:`completion_query` gives the exact score rather than an approximation."""
        return False

    @contextmanager
    def catalogue(self, features: Iterable[Tensor]) -> Iterator[None]:
        """Context manager that provides all items of an evaluation to the model.

        Only a model whose score depends on items outside the outfit reads the features.

        Args:
            features: Features of the distinct items, in blocks [u, F].
        """
        yield

    # --- checkpoints --------------------------------------------------------------------------

    def save(self, path: str | Path) -> None:
        """Write a checkpoint, a folder with safetensors files and a JSON file.

        ``weights.safetensors`` holds parameters and buffers, ``graph.safetensors`` the category
        graph, and ``model.json`` the class, its configuration, the category vocabulary, the
        sources of the features and SHA-256 digests of the other files. The folder is replaced
        atomically.

        Raises:
            FashionGraphError: If ``path`` exists and is not a checkpoint, or a weight is not
                finite.

        Example:
            >>> import tempfile
            >>> from fashiongraph.models import Siamese
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     Siamese(8).save(f"{folder}/model")
            ...     model = OutfitModel.load(f"{folder}/model")
            >>> model.hidden_channels
            64
        """
        check_weights(self)
        card: dict[str, Any] = {
            "fashiongraph": __version__,
            "model": type(self).__name__,
            "module": type(self).__module__,
            "config": self.config,
            "categories": self.categories,
            "features": [source.as_json() for source in self.feature_sources],
            "calibration": self.calibration,
            "graph": None,
        }
        tensors = {"weights": self.state_dict()}
        if self.training_outfits is not None:
            tensors["training_outfits"] = {"keys": self.training_outfits}
        if self.graph is not None:
            fields = self.graph.to_dict()
            tensors["graph"] = {k: v for k, v in fields.items() if torch.is_tensor(v)}
            card["graph"] = {k: v for k, v in fields.items() if k not in tensors["graph"]}
        write_checkpoint(path, card, tensors)

    @classmethod
    def load(cls: type[ModelT], path: str | Path) -> ModelT:
        """Load a checkpoint of :meth:`save`, without pickle.

        :meth:`OutfitModel.load` loads any registered class; a subclass loads only instances of
        itself.

        Raises:
            DataError: If the folder is not a checkpoint, holds another class of model, or a file
                differs from its digest, if the weights do not fit the configuration or are not
                finite, or if the category graph is not one.
        """
        file = Path(path) / MODEL_CARD
        try:
            card, tensors = read_checkpoint(path)
            kind = OutfitModel.registry.get(card["model"])
            if kind is None:
                raise DataError(
                    f"holds a {card['model']}, which no imported module defines; import "
                    f"{card.get('module', 'its module')!r} first (--import on the command line)",
                    file,
                )
            if not issubclass(kind, cls):
                raise DataError(f"holds a {card['model']}, not a {cls.__name__}", file)
            model = build_with_weights(lambda: kind.from_config(card["config"]), tensors["weights"])
            model.categories = card["categories"]
            model.feature_sources = tuple(FeatureSource(**one) for one in card["features"])
            model.calibration = card["calibration"]
            if "training_outfits" in tensors:
                model.training_outfits = tensors["training_outfits"]["keys"]
            if card["graph"] is not None:
                model.graph = Data(**tensors["graph"], **card["graph"])
                check_graph(model.graph)
        except DataError:
            raise
        except DAMAGED as error:
            raise DataError(f"the checkpoint cannot be read: {error}", Path(path)) from error
        assert isinstance(model, cls)
        return model.eval()

    @classmethod
    def from_pretrained(cls: type[ModelT], name: str | Path, revision: str | None = None) -> ModelT:
        """Load a checkpoint from a folder or from the Hugging Face hub.

        Args:
            name: Folder of a checkpoint, or a repository of the hub, ``user/name`` (extra ``hub``).
            revision: Branch, tag or commit of the repository. A commit pins the weights.

        Raises:
            DataError: As :meth:`load`.
            FashionGraphError: If the repository cannot be fetched, or ``revision`` is given for a
                folder.
        """
        if hub.is_hub_name(name):
            return cls.load(hub.fetch(str(name), revision))
        if revision is not None:
            raise FashionGraphError(f"'revision' needs a repository of the hub (got {str(name)!r})")
        return cls.load(name)

    def push_to_hub(self, name: str, private: bool = False, **card: Any) -> str:
        """Upload the checkpoint and a card to the Hugging Face hub (extra ``hub``).

        Args:
            name: Repository, ``user/name``; it is created if it does not exist.
            private: Whether a new repository is private.
            **card: What the card states, as for :func:`~fashiongraph.models.model_card`:
                ``results``, ``data``, ``limits`` and ``license``.

        Returns:
            The commit, for ``from_pretrained(name, revision=...)``.

        Raises:
            FashionGraphError: If the hub refuses the upload.
        """
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "model"
            self.save(folder)
            text = model_card(folder, name, **card)
            (folder / "README.md").write_text(text, encoding="utf-8")
            return hub.push(folder, name, private, f"Upload {type(self).__name__}")

    def extra_repr(self) -> str:
        """The configuration."""
        return ", ".join(f"{name}={value}" for name, value in self.config.items())
