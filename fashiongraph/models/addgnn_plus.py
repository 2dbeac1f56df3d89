"""ADD-GNN+: ADD-GNN with co-occurrence context, co-occurrence priors and soft-min pooling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_batch import ItemInputs
from fashiongraph.models.addgnn import ADDGNN
from fashiongraph.models.category_pmi import CategoryPMI
from fashiongraph.models.cooccurrence_context import CooccurrenceContext
from fashiongraph.models.item_pmi import ItemPMI
from fashiongraph.models.outfit_model import constructor_arguments
from fashiongraph.nn import L2Norm, SoftMinAggregation
from fashiongraph.nn.functional import mean_over_neighbours, outfit_mean

COMPONENTS: dict[str, type[torch.nn.Module]] = {
    "CooccurrenceContext": CooccurrenceContext,
    "CategoryPMI": CategoryPMI,
    "ItemPMI": ItemPMI,
    "L2Norm": L2Norm,
    "SoftMinAggregation": SoftMinAggregation,
}
"""Module classes that a configuration may name."""

_COSINE_SCALE = 10.0


class ADDGNNPlus(ADDGNN):
    r"""ADD-GNN with co-occurrence context, co-occurrence priors, normalisation and pooling.

    .. math::
        \mathbf{h}^0_{ik} &= \mathbf{W}_0 (\mathbf{M}^k \odot \mathbf{f}_i) + \mathbf{b}_0
        + \mathrm{context}(\mathbf{g}_i)_k, \qquad
        \mathbf{h}_{ik} = \mathrm{norm}\bigl(\mathrm{conv}(\mathbf{h}^0, A)_{ik}\bigr)

        f_i &= \frac{1}{2 (n - 1)} \sum_{j \neq i} \bigl[P(i, j) + P(j, i)\bigr]
        + \frac{1}{n - 1} \sum_{j \neq i} \sum_p \mathrm{prior}_p(i, j)

        y &= \mathrm{pool}(f_1, \ldots, f_n)

    with :math:`\mathbf{g}_i` the mean features of the items that co-occur with i in training
    outfits and P the bilinear score of eq. A7. The candidates of a FITB question are ranked by the
    mean of the item scores, outfits by their pooled score. Each of the four modules is optional.

    The default is the preset of the benchmarks. It needs a category graph with item co-occurrence:
    ``fit(..., graph=add_item_cooccurrence(category_graph(...), train))``.

    Args:
        in_channels: Size of the features, F.
        hidden_channels: Size of the item embedding per attribute, H.
        num_attributes: Number of attributes, K.
        num_steps: Rounds of message passing; 0 for none.
        activation: Activation of masks and item embeddings, or :obj:`None`.
        normalize: Scale the features of each item to a mean square of 1.
        context: Module that maps the co-occurrence context [U, F] to an addend of the initial item
            embeddings [U, K, H]; by default a :class:`CooccurrenceContext`. :obj:`None` leaves it
            out.
        priors: Modules that map a batch and its category graph to scores of edges [E]; by default
            :class:`CategoryPMI` and :class:`ItemPMI`. An empty sequence leaves them out.
        norm: Module that normalises the item embeddings [N, K, H] before scoring; by default
            :class:`~fashiongraph.nn.L2Norm`, which makes the score of an attribute a weighted
            cosine. :obj:`None` leaves it out.
        pool: Aggregation of item scores; by default
            :class:`~fashiongraph.nn.SoftMinAggregation`. :obj:`None` is the mean, eq. A8.

    Each module argument is a module, ``"default"``, or a configuration as in :attr:`config`.

    Shapes:
        - **input:** a batch of B outfits with N items
        - **output:** scores :math:`(B)`

    Example:
        >>> from fashiongraph.models import ADDGNNPlus
        >>> model = ADDGNNPlus(in_channels=512, context=None)  # an ablation
        >>> model.config["pool"]
        {'module': 'SoftMinAggregation', 'sharpness': 1.0}
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int = 64,
        num_attributes: int = 4,
        num_steps: int = 1,
        activation: str | None = None,
        normalize: bool = True,
        context: torch.nn.Module | Mapping[str, Any] | str | None = "default",
        priors: Sequence[torch.nn.Module | Mapping[str, Any]] | str = "default",
        norm: torch.nn.Module | Mapping[str, Any] | str | None = "default",
        pool: torch.nn.Module | Mapping[str, Any] | str | None = "default",
    ) -> None:
        super().__init__(
            in_channels, hidden_channels, num_attributes, num_steps, activation, normalize
        )
        sizes = (in_channels, hidden_channels, num_attributes, activation)
        self.context = _module("context", context, lambda: CooccurrenceContext(*sizes))
        if isinstance(priors, str):
            chosen = _module(
                "priors", priors, lambda: torch.nn.ModuleList([CategoryPMI(), ItemPMI()])
            )
        else:
            chosen = torch.nn.ModuleList(_module("priors", one, None) for one in priors)
        self.priors = chosen
        self.norm = _module("norm", norm, L2Norm)
        self.pool = _module("pool", pool, SoftMinAggregation)
        if self.norm is not None:
            # Cosines lie in [-1, 1]; a softmax over scores needs a larger range.
            with torch.no_grad():
                self.scorer.weight.mul_(_COSINE_SCALE * hidden_channels / num_attributes)

    @classmethod
    def paper(cls, in_channels: int, **config: Any) -> ADDGNNPlus:
        """Not supported: ADD-GNN+ is not published; use :meth:`ADDGNN.paper`.

        Raises:
            FashionGraphError: Always.
        """
        raise FashionGraphError("ADDGNNPlus has no published configuration; ADDGNN.paper has")

    @property
    def config(self) -> dict[str, Any]:
        """Constructor arguments, modules as ``{"module": class name, argument: value, ...}``."""
        config = super().config
        for name in ("context", "norm", "pool"):
            config[name] = _module_config(config[name])
        config["priors"] = [_module_config(one) for one in self.priors]
        return config

    @property
    def batch_inputs(self) -> frozenset[str]:
        """Optional fields of the batch that the modules read."""
        read = set() if self.context is None else {"unique_context"}
        for prior in self.priors:
            read |= set(getattr(prior, "batch_inputs", ()))
        return frozenset(read)

    def encode_items(self, items: ItemInputs) -> dict[str, Tensor]:
        """Initial item embeddings with their context, ``state`` [U, K, H].

        Raises:
            FashionGraphError: If the model has a context module and the batch has no context.
        """
        h = self.encoder(self.scale(items.x))
        if self.context is not None:
            if items.context is None:
                raise FashionGraphError(
                    "'batch' needs the field 'unique_context' for 'context' of ADDGNNPlus: build "
                    "it with share_items=True and a graph of add_item_cooccurrence()"
                )
            h = h + self.context(self.scale(items.context))
        return {"state": self.act(h)}

    def node_states(self, batch: Batch) -> Tensor:
        """Normalised item embeddings of a batch after message passing [N, K, H]."""
        h = super().node_states(batch)
        return h if self.norm is None else self.norm(h)

    def item_scores(self, batch: Batch) -> Tensor:
        """Compatibility of each item with the rest of its outfit, with priors [N]."""
        score = self.scorer.item_scores(self.node_states(batch), batch.batch, batch.num_graphs)
        for prior in self._edge_priors(batch):
            score = score + mean_over_neighbours(prior, batch.edge_index, batch.num_nodes)
        return score

    def pair_terms(self, batch: Batch) -> dict[str, Tensor]:
        """Score of each edge by attribute and prior [E] each."""
        terms = super().pair_terms(batch)
        for prior, value in zip(self.priors, self._edge_priors(batch), strict=True):
            name = getattr(prior, "term", type(prior).__name__)
            terms[name] = terms[name] + value if name in terms else value
        return terms

    def ranking_scores(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Mean of the item scores for candidates, and pooled item scores for outfits, each [B]."""
        items, size = self.item_scores(batch), batch.num_graphs
        mean = outfit_mean(items, batch.batch, size)
        if self.pool is None:
            return mean, mean
        pooled: Tensor = self.pool(items.unsqueeze(-1), batch.batch, dim_size=size).squeeze(-1)
        return mean, pooled

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        return self.ranking_scores(batch)[1]

    def embed(self, states: Mapping[str, Tensor]) -> Tensor:
        """Concatenated and normalised initial embeddings of all attributes [U, K·H]."""
        state = states["state"]
        return (state if self.norm is None else self.norm(state)).flatten(1)

    @property
    def has_exact_query(self) -> bool:
        """True if the model has neither message passing nor priors."""
        return self.conv is None and not len(self.priors)

    def _edge_priors(self, batch: Batch) -> list[Tensor]:
        return [prior(batch, self.graph) for prior in self.priors]


def _module(name: str, given: Any, default: Any) -> Any:
    """A module from a constructor argument."""
    if given is None or isinstance(given, torch.nn.Module):
        return given
    if isinstance(given, str) and given == "default" and default is not None:
        return default()
    if isinstance(given, Mapping) and given.get("module") in COMPONENTS:
        arguments = {key: value for key, value in given.items() if key != "module"}
        return COMPONENTS[given["module"]](**arguments)
    raise FashionGraphError(
        f"'{name}' needs a module, 'default', None or a configuration of one of "
        f"{', '.join(COMPONENTS)} (got {given!r})"
    )


def _module_config(module: torch.nn.Module | None) -> dict[str, Any] | None:
    if module is None:
        return None
    name = type(module).__name__
    if COMPONENTS.get(name) is not type(module):
        raise FashionGraphError(
            f"a checkpoint needs modules of {', '.join(COMPONENTS)} (got {name})"
        )
    return {"module": name, **constructor_arguments(module)}
