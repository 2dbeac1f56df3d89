import pytest
import torch

from fashiongraph.data import ItemTable, Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.features import image_encoder
from fashiongraph.loader import OutfitBatcher
from fashiongraph.models import FineTuningNet, OutfitModel
from fashiongraph.objectives import ContextSoftmaxObjective

SMALL = {"backbone": "squeezenet1_1", "size": 64, "weights": None}


@pytest.fixture
def items():
    torch.manual_seed(0)
    pixels = torch.randint(0, 256, (5, 3, 64, 64), dtype=torch.uint8)
    return ItemTable.from_lists([*"abcde"], ["top", "shoe", "bag", "top", "shoe"], pixels)


def batch_of(items, outfits):
    return OutfitBatcher(items, share_items=True)(Outfits.from_lists(items, outfits))


def test_scores_items_by_the_rest_of_their_outfit(items):
    net = FineTuningNet(**SMALL).eval()
    torch.nn.init.normal_(net.projection.weight)
    batch = batch_of(items, [["a", "b", "c"], ["d"]])
    with torch.no_grad():
        e = net.embed_pictures(items.features)
        rest = net.projection(e[1] + e[2])
        expected = torch.dot(e[0], rest / rest.norm())
        scores = net.item_scores(batch)
        torch.testing.assert_close(scores[0], expected)
        torch.testing.assert_close(net(batch), torch.stack([scores[:3].mean(), scores[3]]))
    assert float(scores[3]) == 0


def test_prepares_pictures_as_its_encoder():
    net = FineTuningNet(**SMALL).eval()
    encoder = image_encoder("squeezenet1_1", None)
    encoder.load_state_dict(net.encoder.state_dict())
    pixels = torch.randint(0, 256, (2, 3, 64, 64), dtype=torch.uint8)
    normalize = encoder.transform.transforms[-1]
    with torch.no_grad():
        direct = torch.nn.functional.normalize(encoder(normalize(pixels / 255)), dim=1)
        torch.testing.assert_close(net.embed_pictures(pixels), direct, rtol=1e-4, atol=1e-5)


def test_recomputation_gives_the_same_gradients(items):
    gradients = []
    for recompute in (False, True):
        torch.manual_seed(1)
        net = FineTuningNet(**SMALL, recompute=recompute)
        batch = batch_of(items, [["a", "b", "c"], ["d", "e"]])
        torch.manual_seed(2)
        ContextSoftmaxObjective()(net, batch)["loss"].backward()
        gradients.append([p.grad for p in net.parameters()])
    for plain, recomputed in zip(*gradients, strict=True):
        torch.testing.assert_close(plain, recomputed, rtol=1e-4, atol=1e-6)


def test_frozen_layers_and_batch_statistics_stay(items):
    net = FineTuningNet("resnet18", size=64, weights=None, freeze=0.5).train()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    optimizer = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=0.1)
    ContextSoftmaxObjective()(net, batch_of(items, [["a", "b"], ["c", "d"]]))["loss"].backward()
    optimizer.step()
    changed = {n for n, value in net.state_dict().items() if not torch.equal(value, before[n])}
    assert not any(
        "running" in name or name.startswith("encoder.network.conv1") for name in changed
    )
    assert any("layer4" in name for name in changed)
    total = sum(p.numel() for p in net.encoder.parameters())
    frozen = sum(p.numel() for p in net.encoder.parameters() if not p.requires_grad)
    assert 0.5 <= frozen / total < 0.75


def test_a_checkpoint_needs_no_initial_weights(tmp_path, items):
    net = FineTuningNet(**SMALL).eval()
    net.save(tmp_path / "net")
    loaded = OutfitModel.load(tmp_path / "net")
    batch = batch_of(items, [["a", "b", "c"]])
    with torch.no_grad():
        torch.testing.assert_close(loaded(batch), net(batch))


def test_refuses_what_cannot_be_trained():
    with pytest.raises(FashionGraphError, match="'freeze' needs to lie in"):
        FineTuningNet(**SMALL, freeze=1.0)
    with pytest.raises(FashionGraphError, match="'backbone' needs a network with weights"):
        FineTuningNet("colours")
