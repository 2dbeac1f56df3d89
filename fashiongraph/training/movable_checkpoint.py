"""Checkpoints whose folder may move."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lightning.pytorch.callbacks import ModelCheckpoint


class MovableCheckpoint(ModelCheckpoint):
    """Lightning's checkpoints in a folder that may have another path when training goes on.

    Lightning remembers whole paths. Where the folder was moved in between, it would forget which
    epoch was the best so far, and look for that epoch where the folder used to be.
    """

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up the state with its files where the folder is now."""
        moved = {
            name: self._here(state_dict[name])
            for name in ("best_model_path", "kth_best_model_path", "last_model_path")
        }
        kept = {self._here(path): score for path, score in state_dict["best_k_models"].items()}
        state = {**state_dict, **moved, "best_k_models": kept, "dirpath": self.dirpath}
        super().load_state_dict(state)

    def _here(self, path: str) -> str:
        return str(Path(str(self.dirpath)) / Path(path).name) if path else path
