"""Several models of one kind that score together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import tee
from typing import Any

import torch
from torch import Tensor
from torch_geometric.data import Batch, Data

from fashiongraph.errors import FashionGraphError
from fashiongraph.models.ensemble_objective import EnsembleObjective
from fashiongraph.models.outfit_model import OutfitModel


class Ensemble(OutfitModel):
    r"""The mean of what M models of one kind say, each from a start of its own.

    .. math::
        s(O) = \frac{1}{M} \sum_m s_m(O) \qquad c(O) = \frac{1}{M} \sum_m c_m(O)

    with :math:`s_m` a member's score of an outfit and :math:`c_m` how it compares candidates for
    a blank. What members disagree about is mostly noise of few outfits, and the mean takes it
    off, for M times the time. They are trained side by side by
    :func:`fashiongraph.training.fit`, which keeps the epoch at which they are best together.

    .. code-block:: python

        model = Ensemble.of(ADDGNN.best(wardrobe.num_features), 5)
        fit(model, train, valid, graph=graph)

    Args:
        member: Name of the members' class, such as ``"ADDGNN"``.
        member_settings: Its constructor arguments.
        num_members: Number of members, M.

    Raises:
        FashionGraphError: If there is to be no member or no imported module defines its class.
    """

    def __init__(
        self, member: str, member_settings: Mapping[str, Any], num_members: int = 5
    ) -> None:
        super().__init__()
        if num_members < 1:
            raise FashionGraphError(f"'num_members' needs to be at least 1 (got {num_members})")
        kind = OutfitModel.registry.get(member)
        if kind is None:
            raise FashionGraphError(f"'member' needs to be the name of a model (got {member!r})")
        self.member = member
        self.member_settings = dict(member_settings)
        self.num_members = num_members
        self.members = torch.nn.ModuleList(kind(**member_settings) for _ in range(num_members))
        self.in_channels = self.members[0].in_channels

    @classmethod
    def of(cls, model: OutfitModel, num_members: int = 5) -> Ensemble:
        """Members such as a model, in its settings, whose weights start anew."""
        return cls(type(model).__name__, model.settings, num_members)

    @property
    def graph(self) -> Data | None:
        """The category graph, which is the members' too."""
        return self._graph

    @graph.setter
    def graph(self, graph: Data | None) -> None:
        self._graph = graph
        for member in getattr(self, "members", ()):  # not there yet when the base begins
            member.graph = graph

    def forward(self, batch: Batch) -> Tensor:
        """The mean of the members' scores [B]."""
        return torch.stack([member(batch) for member in self.members]).mean(dim=0)

    def score_candidates(self, batch: Batch, position: Tensor, num_candidates: int) -> Tensor:
        """The mean of how the members compare candidates [Q, A]."""
        scores = [one.score_candidates(batch, position, num_candidates) for one in self._each()]
        return torch.stack(scores).mean(dim=0)

    @contextmanager
    def among(self, features: Iterable[Tensor]) -> Iterator[None]:
        """Inside this context every member scores among the same items."""
        with ExitStack() as stack:
            # What no member reads is never made.
            for member, rows in zip(self._each(), tee(features, self.num_members), strict=True):
                stack.enter_context(member.among(rows))
            yield

    def objective(self) -> EnsembleObjective:
        """What one of them is trained for, each for itself."""
        return EnsembleObjective(next(self._each()).objective())

    def _each(self) -> Iterator[OutfitModel]:
        for member in self.members:
            assert isinstance(member, OutfitModel)
            yield member
