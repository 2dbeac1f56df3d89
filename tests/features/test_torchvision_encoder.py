from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torchvision import models

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.features.torchvision_encoder import TorchvisionEncoder


@pytest.fixture(scope="module")
def network():
    """A ResNet-18 with random weights, its running statistics moved away from 0 and 1."""
    torch.manual_seed(0)
    network = models.resnet18(num_classes=7)
    with torch.no_grad():
        network(torch.randn(4, 3, 64, 64))
    return network.eval()


@pytest.fixture
def pixels():
    return torch.randn(3, 3, 64, 64, generator=torch.Generator().manual_seed(1))


@torch.no_grad()
def reference(network: models.ResNet, pixels: torch.Tensor) -> dict[str, np.ndarray]:
    """Each layer by torchvision's own modules, averaged over the map."""
    x = network.maxpool(network.relu(network.bn1(network.conv1(pixels))))
    pooled = {}
    for layer in ("layer1", "layer2", "layer3", "layer4"):
        x = getattr(network, layer)(x)
        pooled[layer] = x.numpy().mean(axis=(2, 3))
    return pooled


@pytest.mark.parametrize("kind", ["pth", "safetensors"])
def test_local_file(tmp_path, network, pixels, kind):
    path = tmp_path / f"weights.{kind}"
    # A fine-tuned classifier of another size must not matter.
    (torch.save if kind == "pth" else save_file)(network.state_dict(), path)
    encoder = TorchvisionEncoder("resnet18", path)
    assert encoder.num_features == 512 and encoder.widths == (512,)
    features = encoder(pixels)
    assert features.shape == (3, 512) and not features.requires_grad
    np.testing.assert_allclose(features, reference(network, pixels)["layer4"], rtol=1e-4, atol=1e-5)
    assert encoder.fingerprint == TorchvisionEncoder("resnet18", str(path)).fingerprint
    assert encoder.fingerprint != TorchvisionEncoder("resnet18", None).fingerprint


def test_several_layers(tmp_path, network, pixels):
    torch.save(network.state_dict(), tmp_path / "weights.pth")
    encoder = TorchvisionEncoder("resnet18", tmp_path / "weights.pth", ["layer2", "avgpool"])
    assert encoder.widths == (128, 512) and encoder.num_features == 640
    pooled = reference(network, pixels)
    expected = np.concatenate([pooled["layer2"], pooled["layer4"]], axis=1)
    np.testing.assert_allclose(encoder(pixels), expected, rtol=1e-4, atol=1e-5)
    swapped = TorchvisionEncoder("resnet18", tmp_path / "weights.pth", ["avgpool", "layer2"])
    np.testing.assert_allclose(
        swapped(pixels), np.roll(expected, 512, axis=1), rtol=1e-4, atol=1e-5
    )
    assert swapped.fingerprint != encoder.fingerprint


def test_published_weights_bring_their_preparation(tmp_path, monkeypatch, network, pixels):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    file = tmp_path / "hub" / "checkpoints" / "resnet18-f37072fd.pth"
    file.parent.mkdir(parents=True)
    state = network.state_dict()
    state["fc.weight"], state["fc.bias"] = torch.zeros(1000, 512), torch.zeros(1000)
    torch.save(state, file)
    encoder = TorchvisionEncoder("resnet18", "IMAGENET1K_V1")
    np.testing.assert_allclose(
        encoder(pixels), reference(network, pixels)["layer4"], rtol=1e-4, atol=1e-5
    )
    assert "resize_size=[256]" in repr(encoder.transform)
    assert encoder.transform(Image.new("RGB", (300, 500))).shape == (3, 224, 224)


def test_default_preparation_pads():
    prepared = TorchvisionEncoder("squeezenet1_1", None).transform(Image.new("RGB", (100, 400)))
    white = (1 - torch.tensor([0.485, 0.456, 0.406])) / torch.tensor([0.229, 0.224, 0.225])
    assert prepared.shape == (3, 224, 224)
    torch.testing.assert_close(prepared[:, 100, 0], white)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "num_features"),
    [
        ("alexnet", 256),
        ("convnext_tiny", 768),
        ("densenet121", 1024),
        ("efficientnet_b0", 1280),
        ("googlenet", 1024),
        ("maxvit_t", 512),
        ("mnasnet0_5", 1280),
        ("mobilenet_v3_small", 576),
        ("regnet_x_400mf", 400),
        ("resnet50", 2048),
        ("shufflenet_v2_x0_5", 1024),
        ("squeezenet1_0", 512),
        ("swin_t", 768),
        ("vgg11", 512),
        ("vit_b_16", 768),
    ],
)
@pytest.mark.filterwarnings("ignore::FutureWarning")  # GoogLeNet's initialisation
def test_every_family(name, num_features):
    encoder = TorchvisionEncoder(name, None)
    assert encoder.num_features == num_features
    assert encoder(torch.zeros(2, 3, 224, 224)).shape == (2, num_features)


@pytest.mark.slow
def test_channels_last_maps_and_tokens():
    swin = TorchvisionEncoder("swin_t", None, layers=["features.1", "permute"])
    assert swin.widths == (96, 768)
    vit = TorchvisionEncoder(
        "vit_b_32", None, layers=["encoder.layers.encoder_layer_3", "encoder.ln"]
    )
    assert vit.widths == (768, 768)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "resnet5"}, r"'name' needs to be a known network \(got 'resnet5'; resnet50"),
        ({"layers": ["layer9"]}, r"'layers' .*layer4.* \(got 'layer9'\)"),
        ({"layers": "layer3"}, r"'layers' needs a list of layers' names \(got 'layer3'\)"),
        ({"layers": []}, r"'layers' needs a list of layers' names \(got \[\]\)"),
        ({"layers": ["fc", "fc"]}, r"'layers' needs different layers"),
        ({"weights": "IMAGENET9"}, r"'weights' needs to be a file or one of IMAGENET1K_V1"),
        ({"weights": "none.pth"}, r"none\.pth: no such file of weights"),
    ],
)
def test_arguments(arguments, message):
    with pytest.raises(FashionGraphError, match=message):
        TorchvisionEncoder(**({"name": "resnet18", "weights": None} | arguments))


def test_weights_that_do_not_fit(tmp_path, network):
    torch.save({"conv1.weight": torch.zeros(64, 3, 7, 7)}, tmp_path / "few.pth")
    with pytest.raises(DataError, match=r"few\.pth: lacks \d+ weights.*'bn1"):
        TorchvisionEncoder("resnet18", tmp_path / "few.pth")
    wide = network.state_dict() | {"bn1.weight": torch.ones(65)}
    torch.save(wide, tmp_path / "wide.pth")
    with pytest.raises(DataError, match=r"wide\.pth: size mismatch for bn1\.weight"):
        TorchvisionEncoder("resnet18", tmp_path / "wide.pth")
