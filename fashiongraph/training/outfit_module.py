"""Lightning module of any model and its objective."""

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
    """Lightning module of a model, its objective and its training configuration.

    Validation evaluates compatibility pairs first and FITB questions second, and logs
    ``valid/auc``, ``valid/fitb`` and their mean ``valid/score``, which selects the epoch to keep.

    Args:
        model: The model.
        objective: Training objective of the model.
        config: Optimiser and schedule.
        seed: Seed of the random numbers of the model, such as those of dropout. The generator is
            seeded at each epoch, so that a resumed training draws the same numbers.
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
        """Optimiser and schedule of all parameters that require a gradient."""
        parameters = {name: p for name, p in self.named_parameters() if p.requires_grad}
        return self.config.configure(parameters, int(self.trainer.estimated_stepping_batches))

    def on_train_epoch_start(self) -> None:
        """Seed the generator, and prepare the objective for the epoch."""
        torch.manual_seed(hash((self.seed, self.current_epoch, self.global_rank)))
        self.objective.begin_epoch(self.current_epoch)

    def training_step(self, batch: Batch, index: int) -> Tensor:
        """Loss of a training batch, with its terms logged."""
        terms: dict[str, Tensor] = self.objective(self.model, batch)
        # Processes average their losses, weighted by the outfits of their share of the batch.
        weight = batch.num_own * self.trainer.world_size / batch.num_shared
        for name, value in terms.items():
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
            return terms["loss"]
        # Processes wait for all gradients, also of parameters that their share does not reach.
        unreached = sum(0.0 * p.sum() for p in self.parameters() if p.requires_grad)
        loss: Tensor = weight * terms["loss"] + unreached
        return loss

    def validation_step(
        self, batch: tuple[Batch, Tensor], index: int, dataloader_idx: int = 0
    ) -> None:
        """Update the metrics with a batch of questions."""
        outfits, target = batch
        if dataloader_idx == 0:
            score = self.model(outfits)
        else:
            num_candidates = outfits.num_graphs // len(target)
            score = self.model.score_candidates(outfits, outfits.position, num_candidates)
        if bool(score.isnan().any()):
            raise self._nan_error(outfits)
        if dataloader_idx == 0:
            self.auc.update(score, target)
        else:
            self.fitb.update(score, target)

    def _nan_error(self, batch: Batch) -> FashionGraphError:
        """Error of scores that are not numbers."""
        if not bool(item_inputs(batch)[0].x.isfinite().all()):
            return FashionGraphError("'valid' needs items whose features are all finite")
        after = f"after epoch {self.current_epoch + 1} the model's scores are not numbers"
        precision = str(self.trainer.precision)
        if precision.startswith("16"):  # its largest number is 65,504
            return FashionGraphError(
                f"'precision' needs a wider range, as 'bf16-mixed' or '32-true' have: {after} "
                f"(got {precision!r})"
            )
        return FashionGraphError(
            f"'learning_rate' needs to be smaller: training diverged, {after} "
            f"(got {self.config.learning_rate:g}, with 'gradient_clip' "
            f"{self.config.gradient_clip})"
        )

    def on_validation_epoch_end(self) -> None:
        """Log both metrics and their mean."""
        auc, fitb = self.auc.compute().float(), self.fitb.compute().float()
        self.auc.reset()
        self.fitb.reset()
        self.log_dict(
            {"valid/auc": auc, "valid/fitb": fitb, "valid/score": (auc + fitb) / 2}, prog_bar=True
        )
