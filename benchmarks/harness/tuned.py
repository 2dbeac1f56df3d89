"""Features of a text encoder that is tuned on the training outfits."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import torch
from filelock import FileLock
from torch import Tensor

from fashiongraph.evaluation import embed_items
from fashiongraph.files import atomic_write
from fashiongraph.models import SentenceCollocationNet
from fashiongraph.objectives import InBatchObjective
from fashiongraph.training import TrainingConfig, fit
from harness.pretrained import FOLDER, pretrained
from harness.sets import SETS

if TYPE_CHECKING:
    from harness.case import Case

CONFIG = TrainingConfig(learning_rate=1e-4)
EPOCHS = 6
PRECISION = {"all-MiniLM-L6-v2": "32-true", "all-mpnet-base-v2": "bf16-mixed"}


def tuned_features(case: Case, encoder: str = "all-MiniLM-L6-v2") -> Tensor:
    """Features of all items by their titles [n, F], half precision.

    The encoder is trained with :class:`~fashiongraph.objectives.InBatchObjective` on the training
    outfits; the validation outfits choose the epoch. The features of a seed are kept in
    :data:`FOLDER`.

    Args:
        case: A split with undivided categories.
        encoder: The encoder to start from.
    """
    precision = PRECISION[encoder]
    texts = case.dataset.items.column("title")
    made_of = repr((CONFIG, precision, EPOCHS, case.train.item_id.tolist(), texts.tolist()))
    digest = hashlib.sha256(made_of.encode()).hexdigest()[:8]
    file = FOLDER / f"{case.data}_{encoder}_seed{case.seed}_{digest}.npy"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{file}.lock"):  # several processes may need it at once
        if not file.exists():
            torch.manual_seed(case.seed)
            model = SentenceCollocationNet(pretrained(encoder))
            tokens = model.tokens(texts)
            items = case.dataset.items.with_features(tokens)
            fit(
                model,
                case.train.with_items(items),
                case.valid.with_items(items),
                objective=InBatchObjective(),
                config=CONFIG,
                max_epochs=EPOCHS,
                seed=case.seed,
                progress=False,
                precision=precision,
                **SETS[case.data].negatives("matched"),
            )
            half = precision == "bf16-mixed"
            with torch.autocast("cpu", torch.bfloat16, enabled=half):
                features = embed_items(model, items, batch_size=512).half().numpy()
            with atomic_write(file) as draft, draft.open("wb") as stream:
                np.save(stream, features)
    return torch.from_numpy(np.load(file))
