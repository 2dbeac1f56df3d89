from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from fashiongraph.errors import FashionGraphError
from fashiongraph.export import to_onnx
from fashiongraph.models import ADDGNN, ADDGNNPlus
from fashiongraph.nn import AttributeBilinearScorer


def opened(file):
    """A session of onnxruntime, once the file is seen to be whole."""
    pytest.importorskip("onnx").checker.check_model(file, full_check=True)
    return pytest.importorskip("onnxruntime").InferenceSession(file)


def scores(session, inputs):
    """What onnxruntime makes of tensors."""
    return session.run(["score"], {name: value.numpy() for name, value in inputs.items()})[0]


def test_equals_the_preset_in_onnxruntime(graph, asked, tmp_path):
    pytest.importorskip("onnxscript")
    torch.manual_seed(0)
    model = ADDGNNPlus(8)
    model.graph = graph
    model.categories = ["haut", "jupe évasée"]
    to_onnx(model, 4, str(tmp_path / "model.onnx"))
    assert [file.name for file in tmp_path.iterdir()] == ["model.onnx"]  # no data beside it
    session = opened(tmp_path / "model.onnx")
    for num_outfits in (1, 7, 300):
        inputs, expected = asked(model, num_outfits, 4)
        np.testing.assert_allclose(scores(session, inputs), expected, rtol=1e-5, atol=5e-6)

    shapes = {given.name: (given.shape, given.type) for given in session.get_inputs()}
    assert shapes == {
        "features": (["batch", 4, 8], "tensor(float)"),
        "category_id": (["batch", 4], "tensor(int64)"),
        "context": (["batch", 4, 8], "tensor(float)"),
        "cooccurrence": (["batch", 4, 4], "tensor(float)"),
        "expected": (["batch", 4, 4], "tensor(float)"),
    }
    assert [(out.name, out.shape) for out in session.get_outputs()] == [("score", ["batch"])]
    meta = session.get_modelmeta().custom_metadata_map
    assert json.loads(meta["categories"]) == model.categories
    assert b"fixed_size_model.py" not in (tmp_path / "model.onnx").read_bytes()


@pytest.mark.slow  # together
@pytest.mark.parametrize("n", [2, 3, 8])
def test_equals_every_model_in_onnxruntime(model, asked, n, tmp_path):
    pytest.importorskip("onnxscript")
    to_onnx(model, n, tmp_path / "model.onnx")
    session = opened(tmp_path / "model.onnx")
    for num_outfits in (1, 7):
        inputs, expected = asked(model, num_outfits, n)
        assert [given.name for given in session.get_inputs()] == list(inputs)
        np.testing.assert_allclose(scores(session, inputs), expected, rtol=1e-5, atol=5e-6)


def test_equals_the_scorer_in_onnxruntime(tmp_path):
    pytest.importorskip("onnxscript")
    scorer = AttributeBilinearScorer(5, 3)
    to_onnx(scorer, 4, tmp_path / "new" / "scorer.onnx")
    states = torch.randn(7, 4, 3, 5)
    expected = scorer(states.flatten(0, 1), torch.arange(7).repeat_interleave(4)).detach()
    got = scores(opened(tmp_path / "new" / "scorer.onnx"), {"states": states})
    np.testing.assert_allclose(got, expected.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("module", ["onnx", "onnxscript"])
def test_names_the_extra_that_it_needs(module, tmp_path, monkeypatch):
    def missing(name):
        if name == module:
            raise ModuleNotFoundError(name=module)

    monkeypatch.setattr("importlib.import_module", missing)
    with pytest.raises(FashionGraphError, match=rf"'{module}': pip install 'fashiongraph\[export"):
        to_onnx(ADDGNN(8, 6, 3), 3, tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())
