"""One line for each epoch of a training."""

from __future__ import annotations

import lightning.pytorch as pl

from fashiongraph.console import say


class EpochLines(pl.Callback):
    """Says on standard error what each epoch reached, where no progress bar does."""

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """One line; of several processes one speaks."""
        if not trainer.is_global_zero:
            return
        names = {"loss": "train/loss", "AUC": "valid/auc", "FITB": "valid/fitb"}
        reached = trainer.callback_metrics
        facts = ", ".join(f"{name} {float(reached[key]):.3f}" for name, key in names.items())
        line = f"epoch {trainer.current_epoch} of {trainer.max_epochs}: {facts}"
        say(line)
