"""Export of a trained model as an ONNX file."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from fashiongraph.console import quiet_logger
from fashiongraph.export.fixed_size_program import fixed_size_program
from fashiongraph.files import atomic_write
from fashiongraph.models import OutfitModel
from fashiongraph.nn import AttributeBilinearScorer
from fashiongraph.optional import require


def to_onnx(model: OutfitModel | AttributeBilinearScorer, num_items: int, path: str | Path) -> None:
    """Export a model or a scorer as an ONNX file, for outfits of a fixed number of items.

    The names of the inputs are ``features``, ``category_id``, ``context``, ``cooccurrence`` and
    ``expected``, or ``states`` for a scorer, and that of the output is ``score``; see
    :func:`~fashiongraph.export.fixed_size_program`. The metadata of the file contain the category
    vocabulary of the model, in the order of ``category_id``, as JSON under ``categories``.

    Args:
        model: The trained model, or a scorer.
        num_items: Number of items of each outfit, n.
        path: The file to write.

    Raises:
        FashionGraphError: If the extra ``export`` is not installed, or the model cannot be
            exported.

    Example:
        >>> import tempfile
        >>> from fashiongraph.models import Siamese
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     to_onnx(Siamese(in_channels=8), num_items=3, path=f"{folder}/model.onnx")
        ...     Path(f"{folder}/model.onnx").is_file()
        True
    """
    for module in ("onnx", "onnxscript"):
        require(module, "export")
    program = fixed_size_program(model, num_items)
    first, *others = program.graph_signature.user_inputs
    axes = {first: {0: "batch"}} | dict.fromkeys(others)  # the others share its size
    with quiet_logger("onnxscript"):  # it logs what it does not fold
        onnx = torch.onnx.export(
            program, output_names=["score"], dynamic_shapes=axes, dynamo=True, verbose=False
        )
    assert onnx is not None  # without a file name, torch returns the program
    for node in onnx.model.graph:
        node.metadata_props.clear()  # paths and lines of source files
    vocabulary = getattr(model, "categories", [])
    onnx.model.metadata_props["categories"] = json.dumps(vocabulary, ensure_ascii=False)
    with atomic_write(path) as draft:
        onnx.save(draft, external_data=False)
