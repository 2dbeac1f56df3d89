from __future__ import annotations

import pytest
import torch

from fashiongraph.nn.layer_projection import LayerProjection


def test_repr():
    text = str(LayerProjection([3, 5], 4))
    assert text.startswith("LayerProjection(\n  [3, 5], out_channels=4, normalize=True")


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("out_channels", [4, None])
def test_equals_the_equation(out_channels, normalize):
    projection = LayerProjection([3, 5], out_channels, normalize).double()
    x = torch.randn(6, 8, dtype=torch.double)
    expected = []
    for row in x:
        layers = []
        for index, layer in enumerate((row[:3], row[3:])):
            if normalize:
                layer = layer / layer.pow(2).mean().sqrt()
            if out_channels is not None:
                layer = projection.lins[index].weight @ layer + projection.lins[index].bias
            layers.append(layer)
        z = torch.cat(layers)
        expected.append(z / z.norm())
    e = projection(x)
    torch.testing.assert_close(e, torch.stack(expected))
    assert projection.widths == ([4, 4] if out_channels else [3, 5])
    assert e.shape == (6, sum(projection.widths))


def test_gradients():
    projection = LayerProjection([3, 2], 2).double()
    x = torch.randn(3, 5, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(projection, x)


def test_no_items_have_no_embeddings():
    assert LayerProjection([3, 5])(torch.empty(0, 8)).shape == (0, 256)


@pytest.mark.parametrize(
    ("arguments", "name"), [(([],), "in_channels"), (([0],), "in_channels"), (([3], 0), "out")]
)
def test_refuses_sizes_that_are_not_positive(arguments, name):
    with pytest.raises(ValueError, match=rf"'{name}.*got"):
        LayerProjection(*arguments)


def test_refuses_features_of_another_size():
    with pytest.raises(ValueError, match=r"'x' needs 8 .*\(2, 7\)"):
        LayerProjection([3, 5])(torch.zeros(2, 7))


def test_an_item_without_features_has_no_huge_gradient():
    x = torch.zeros(2, 8, requires_grad=True)
    e = LayerProjection([3, 5], None, normalize=False)(x)
    e.sum().backward()
    assert (e == 0).all()
    assert x.grad.abs().max() <= 1
