"""Card of a published model: what it is, and what was measured."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from torch import Tensor

from fashiongraph.data.feature_source import FeatureSource
from fashiongraph.models.checkpoint import read_checkpoint

_INTENDED = (
    "Ranking and completing outfits of clothes whose features come from the encoders below, and "
    "finding an item that does not fit. Other features are refused. It judges clothes, not people."
)
_LIMITS = (
    "Scores reflect the outfits of the training, their time, place and taste. Results on `uniform` "
    "negatives overstate what a model measures beyond categories."
)


class Measured(Protocol):
    """Value of a metric with its interval, such as :class:`fashiongraph.evaluation.Result`."""

    @property
    def metric(self) -> str:
        """Name of the metric."""

    @property
    def value(self) -> float:
        """Value."""

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval."""

    @property
    def high(self) -> float:
        """Upper end of the 95 % interval."""

    @property
    def num_questions(self) -> int:
        """Number of questions."""


def model_card(
    checkpoint: str | Path,
    name: str,
    results: Mapping[str, Sequence[Measured]] | None = None,
    data: str = "",
    limits: str = "",
    license: str = "",
) -> str:
    """Card of a model as Markdown, with the settings that the hub reads.

    It states what the checkpoint holds and what is given here, and what was not measured.

    Args:
        checkpoint: Folder of the model.
        name: Repository, ``user/name``.
        results: Results by the protocol of the negatives, such as those of
            :func:`fashiongraph.evaluation.compatibility`.
        data: The training data, in a sentence or more.
        limits: Limits that are known beside the general ones.
        license: Identifier of the licence of the weights, such as ``"mit"``.

    Raises:
        DataError: If the folder is not a checkpoint.

    Example:
        >>> import tempfile
        >>> from fashiongraph.evaluation import Result
        >>> from fashiongraph.models import Siamese
        >>> folder = Path(tempfile.mkdtemp()) / "model"
        >>> Siamese(8).save(folder)
        >>> auc = Result("AUC", 0.75, 0.7, 0.8, 1000)
        >>> text = model_card(folder, "user/siamese", {"same_category": [auc]})
        >>> "| same_category | AUC | 0.750 | 0.700 to 0.800 | 1,000 |" in text
        True
    """
    card, tensors = read_checkpoint(checkpoint)
    head = ["library_name: fashiongraph", "tags: [fashion, outfit-compatibility]"]
    head += [f"license: {license}"] if license else []
    sections = {
        "Use": _use(name),
        "Intended use": _INTENDED,
        "Data": _data(card, tensors, data),
        "Results": _results(results or {}),
        "Calibration": _calibration(card["calibration"]),
        "Features": _features(card),
        "Limits": f"{limits} {_LIMITS}".strip(),
    }
    title = f"# {name.rpartition('/')[2]}"
    summary = f"`{card['model']}` of fashiongraph {card['fashiongraph']}: outfit compatibility."
    text = ["---", *head, "---", title, "", summary, ""]
    for section, body in sections.items():
        text += [f"## {section}", body, ""]
    return "\n".join(text)


def _use(name: str) -> str:
    return (
        "```python\nfrom fashiongraph.models import OutfitModel\n\n"
        f'model = OutfitModel.from_pretrained("{name}", revision="main")  # a commit pins it\n```'
    )


def _data(card: Mapping[str, Any], tensors: Mapping[str, Mapping[str, Tensor]], data: str) -> str:
    facts = []
    if "training_outfits" in tensors:
        facts.append(f"{len(tensors['training_outfits']['keys']):,} training outfits")
    if card["categories"]:
        facts.append(f"{len(card['categories']):,} categories")
    stored = f"The checkpoint lists {' and '.join(facts)}." if facts else ""
    return f"{data or 'The training data are not described.'} {stored}".strip()


def _results(results: Mapping[str, Sequence[Measured]]) -> str:
    rows = [
        f"| {protocol} | {one.metric} | {one.value:.3f} | {one.low:.3f} to {one.high:.3f} "
        f"| {one.num_questions:,} |"
        for protocol, measured in results.items()
        for one in measured
    ]
    if not rows:
        return "Not measured."
    head = ["| negatives | metric | value | 95 % interval | questions |"]
    return "\n".join([*head, "| --- | --- | ---: | ---: | ---: |", *rows])


def _calibration(fitted: Mapping[str, Any] | None) -> str:
    if fitted is None:
        return "Not measured. Scores order outfits and are no probabilities."
    return (
        f"Probabilities are fitted on {fitted['num_outfits']:,} outfits against "
        f"`{fitted['protocol']}` negatives: expected calibration error {fitted['ece']:.3f}, Brier "
        f"score {fitted['brier']:.3f}, both on questions that were left out of the fit."
    )


def _features(card: Mapping[str, Any]) -> str:
    sources = [f"- {FeatureSource(**one)}" for one in card["features"]]
    listed = "\n".join(sources) or "The encoders of the features are not stored."
    return f"{listed}\n\nConfiguration:\n\n```json\n{json.dumps(card['config'], indent=2)}\n```"
