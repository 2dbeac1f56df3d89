"""Any model with its objective, as Lightning trains it."""

from __future__ import annotations

from typing import Any

import lightning.pytorch as pl
import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.metrics import CompatibilityAUC, FillInBlankAccuracy
from fashiongraph.loader.outfit_batch import item_inputs
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.objectives.objective import Objective
from fashiongraph.training.training_config import TrainingConfig


class OutfitModule(pl.LightningModule):
    """The one training path: a model, what it is trained for, and how.

    On validation it asks compatibility questions first and blanks second, and logs
    ``valid/auc``, ``valid/fitb`` and their mean ``valid/score``, which decides which epoch is
    kept.

    Args:
        model: The model.
        objective: Its loss on a training batch.
        config: Optimiser and schedule.
        seed: Seed of what the model draws at random (dropout, say), anew for every epoch, so that
            a resumed training draws the same.
    """

    def __init__(
        self, model: OutfitModel, objective: Objective[Any], config: TrainingConfig, seed: int = 0
    ) -> None:
        super().__init__()
        self.model = model
        self.objective = objective
        self.config = config
        self.seed = seed
        self.auc = CompatibilityAUC()
        self.fitb = FillInBlankAccuracy()

    def configure_optimizers(self) -> Any:
        """The optimiser over all parameters that learn; a teacher's do not."""
        learning = {name: p for name, p in self.named_parameters() if p.requires_grad}
        return self.config.configure(learning, int(self.trainer.estimated_stepping_batches))

    def on_train_epoch_start(self) -> None:
        """Draw from the epoch's own seed, and tell the objective which epoch it is."""
        torch.manual_seed(hash((self.seed, self.current_epoch, self.global_rank)))
        self.objective.begin_epoch(self.current_epoch)

    def training_step(self, batch: Batch, index: int) -> Tensor:
        """One batch of the objective's loader."""
        parts: dict[str, Tensor] = self.objective(self.model, batch)
        # Processes average what they make of their shares, and a smaller share counts for less.
        weight = batch.num_own * self.trainer.world_size / batch.num_shared
        for name, value in parts.items():
            self.log(
                f"train/{name}",
                weight * value.detach(),
                on_step=False,
                on_epoch=True,
                batch_size=batch.num_shared,
                prog_bar=name == "loss",
                sync_dist=True,
            )
        if self.trainer.world_size == 1:
            return parts["loss"]
        # They wait for every gradient, also where nothing in a share reached a parameter.
        unreached = sum(0.0 * p.sum() for p in self.parameters() if p.requires_grad)
        loss: Tensor = weight * parts["loss"] + unreached
        return loss

    def validation_step(
        self, batch: tuple[Batch, Tensor], index: int, dataloader_idx: int = 0
    ) -> None:
        """One batch of questions."""
        outfits, target = batch
        if dataloader_idx == 0:
            score = self.model(outfits)
        else:
            num_candidates = outfits.num_graphs // len(target)
            score = self.model.score_candidates(outfits, outfits.position, num_candidates)
        if bool(score.isnan().any()):
            raise self._no_numbers(outfits)
        if dataloader_idx == 0:
            self.auc.update(score, target)
        else:
            self.fitb.update(score, target)

    def _no_numbers(self, batch: Batch) -> FashionGraphError:
        """Why scores are not numbers."""
        if not bool(item_inputs(batch)[0].x.isfinite().all()):
            return FashionGraphError("'valid' needs items whose features are all finite")
        return FashionGraphError(
            f"training diverged: after epoch {self.current_epoch + 1} the model's scores are not "
            f"numbers; lower 'learning_rate' (got {self.config.learning_rate:g}) or set "
            f"'gradient_clip' (got {self.config.gradient_clip})"
        )

    def on_validation_epoch_end(self) -> None:
        """Log both metrics and their mean."""
        auc, fitb = self.auc.compute().float(), self.fitb.compute().float()
        self.auc.reset()
        self.fitb.reset()
        self.log_dict(
            {"valid/auc": auc, "valid/fitb": fitb, "valid/score": (auc + fitb) / 2}, prog_bar=True
        )
