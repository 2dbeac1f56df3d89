"""Export of a trained model as an ONNX file."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from fashiongraph.export.fixed_size_program import fixed_size_program
from fashiongraph.files import atomic_write
from fashiongraph.models import OutfitModel
from fashiongraph.nn import AttributeBilinearScorer
from fashiongraph.optional import require


def to_onnx(model: OutfitModel | AttributeBilinearScorer, num_items: int, path: str | Path) -> None:
    """Write a model, or a scorer alone, for outfits of a fixed number of items as one ONNX file.

    The inputs bear the names ``features``, ``category_id``, ``context``, ``cooccurrence`` and
    ``expected``, or ``states``, and the output is ``score``; see
    :func:`~fashiongraph.export.fixed_size_program`. The file's metadata hold the model's category
    vocabulary, in the order of ``category_id``, as JSON under ``categories``.

    Args:
        model: The trained model, or a scorer.
        num_items: Number of items of each outfit, n.
        path: The file to write.

    Raises:
        FashionGraphError: If the extra ``export`` is not installed, or the model cannot be
            written as a program of fixed size.
    """
    for module in ("onnx", "onnxscript"):
        require(module, "export")
    program = fixed_size_program(model, num_items)
    first, *others = program.graph_signature.user_inputs
    axes = {first: {0: "batch"}} | dict.fromkeys(others)  # the others share its size
    onnx = torch.onnx.export(
        program, output_names=["score"], dynamic_shapes=axes, dynamo=True, verbose=False
    )
    assert onnx is not None  # where no file is named, torch returns the program
    for node in onnx.model.graph:
        node.metadata_props.clear()  # which lines of which file on this machine it came from
    vocabulary = getattr(model, "categories", [])
    onnx.model.metadata_props["categories"] = json.dumps(vocabulary, ensure_ascii=False)
    with atomic_write(path) as draft:
        onnx.save(draft, external_data=False)
