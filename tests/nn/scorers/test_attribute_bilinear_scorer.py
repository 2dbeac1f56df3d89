from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
import torch_geometric.typing
from safetensors.torch import load, save
from torch._subclasses.fake_tensor import FakeTensorMode
from torch_geometric.utils import scatter

from fashiongraph.nn.scorers.attribute_bilinear_scorer import AttributeBilinearScorer

K, H = 3, 8
SIZES = [3, 1, 4, 2]


def outfits(sizes=SIZES, dtype=torch.float32, seed=0):
    """States, and the outfit of each."""
    rng = torch.Generator().manual_seed(seed)
    batch = torch.repeat_interleave(torch.tensor(sizes, dtype=torch.long))
    return torch.randn(len(batch), K, H, generator=rng, dtype=dtype), batch


def pair_loop(scorer, x, batch):
    """Eq. A7: the K terms of every ordered pair of an outfit's items."""
    weight, x = scorer.weight.detach().double().numpy(), x.detach().double().numpy()
    terms = {}
    for i in range(len(x)):
        for j in range(len(x)):
            if i != j and batch[i] == batch[j]:
                terms[i, j] = [x[i, k] @ weight[k] @ x[j, k] for k in range(len(weight))]
    return terms


def loop(scorer, x, batch, batch_size):
    """Eq. A8: the mean over ordered pairs."""
    scores = np.zeros(batch_size)
    terms = pair_loop(scorer, x, batch)
    for outfit in range(batch_size):
        pairs = [sum(term) for (i, _), term in terms.items() if batch[i] == outfit]
        scores[outfit] = np.mean(pairs) if pairs else 0.0
    return torch.from_numpy(scores)


def test_repr():
    assert str(AttributeBilinearScorer(8, 4)) == "AttributeBilinearScorer(8, num_attributes=4)"


@pytest.mark.parametrize("shuffled", [False, True])
def test_equals_the_equations(shuffled):
    scorer = AttributeBilinearScorer(H, K).double()
    x, batch = outfits(dtype=torch.float64)
    if shuffled:
        batch = batch[torch.randperm(len(batch))]
    expected = loop(scorer, x, batch, 4)
    torch.testing.assert_close(scorer(x, batch), expected)
    torch.testing.assert_close(scorer(x, batch, 4), expected)
    more = torch.cat([expected, expected.new_zeros(2)])  # two outfits of no item
    torch.testing.assert_close(scorer(x, batch, 6), more)


def test_item_scores_equal_the_equation():
    scorer = AttributeBilinearScorer(H, K).double()
    x, batch = outfits(dtype=torch.float64)
    batch = batch[torch.randperm(len(batch))]
    score = scorer.item_scores(x, batch, 4)
    terms = pair_loop(scorer, x, batch)
    for i in range(len(x)):
        both = [(sum(terms[i, j]) + sum(terms[j, i])) / 2 for j in range(len(x)) if (i, j) in terms]
        assert float(score[i].detach()) == pytest.approx(np.mean(both) if both else 0.0, abs=1e-12)
    torch.testing.assert_close(scatter(score, batch, reduce="mean"), scorer(x, batch))
    torch.testing.assert_close(scorer.item_scores(x, batch), score)
    torch.autograd.gradcheck(lambda x: scorer.item_scores(x, batch, 4), x.requires_grad_())


@pytest.mark.parametrize("shuffled", [False, True])
def test_pair_scores_equal_the_equation(shuffled):
    scorer = AttributeBilinearScorer(H, K).double()
    x, batch = outfits(dtype=torch.float64)
    if shuffled:
        batch = batch[torch.randperm(len(batch))]
    pairs, terms = scorer.pair_scores(x, batch)
    expected = pair_loop(scorer, x, batch)
    assert terms.shape == (pairs.size(1), K) == (len(expected), K)
    assert set(map(tuple, pairs.t().tolist())) == set(expected)
    for pair, term in zip(pairs.t().tolist(), terms, strict=True):
        torch.testing.assert_close(term, torch.from_numpy(np.array(expected[tuple(pair)])))
    outfit = batch[pairs[0]]
    assert outfit.equal(outfit.sort().values)
    mean = torch.stack([terms[outfit == o].sum(dim=1).mean() for o in (0, 2, 3)])
    torch.testing.assert_close(mean, scorer(x, batch)[[0, 2, 3]])


def test_pair_scores_without_pairs():
    scorer = AttributeBilinearScorer(H, K)
    for sizes in ([1], [1, 1], []):
        pairs, terms = scorer.pair_scores(*outfits(sizes))
        assert (pairs.shape, terms.shape) == ((2, 0), (0, K))
        assert pairs.dtype == torch.long


def test_bilinear_equals_the_equation():
    scorer = AttributeBilinearScorer(H, K).double()
    left, right = torch.randn(2, 5, K, H, dtype=torch.float64)
    weight = scorer.weight.detach().numpy()
    expected = [
        [left[m, k].numpy() @ weight[k] @ right[m, k].numpy() for k in range(K)] for m in range(5)
    ]
    torch.testing.assert_close(scorer.bilinear(left, right), torch.tensor(np.array(expected)))


def test_parameters():
    scorer = AttributeBilinearScorer(256, 4)
    assert scorer.weight.shape == (4, 256, 256)
    # Initial scores are close to the mean product, and attributes differ.
    x, y = torch.randn(2, 9, 4, 256)
    torch.testing.assert_close(scorer.bilinear(x, y), (x * y).mean(-1), atol=0.05, rtol=0)
    assert not torch.equal(scorer.weight[0], scorer.weight[1])


def test_gradients():
    scorer = AttributeBilinearScorer(4, 2).double()
    batch = torch.tensor([0, 1, 0, 0])
    x = torch.randn(4, 2, 4, dtype=torch.float64, requires_grad=True)
    weight = scorer.weight.detach().requires_grad_()

    def call(x, weight):
        return torch.func.functional_call(scorer, {"weight": weight}, (x, batch, 2))

    assert torch.autograd.gradcheck(call, (x, weight))
    assert torch.autograd.gradgradcheck(call, (x, weight))


def test_order_of_items_does_not_matter():
    scorer = AttributeBilinearScorer(H, K)
    x, batch = outfits()
    order = torch.randperm(len(x))
    torch.testing.assert_close(scorer(x[order], batch[order]), scorer(x, batch))


def test_an_outfit_alone_equals_it_in_a_batch():
    scorer = AttributeBilinearScorer(H, K)
    x, batch = outfits()
    alone = [scorer(x[batch == o], torch.zeros(size).long()) for o, size in enumerate(SIZES)]
    torch.testing.assert_close(torch.cat(alone), scorer(x, batch))


def test_empty_batch():
    scorer = AttributeBilinearScorer(H, K)
    x, batch = outfits([])
    assert scorer(x, batch).shape == (0,)
    out = scorer(x, batch, 2)
    assert out.tolist() == [0.0, 0.0]
    out.sum().backward()
    assert scorer.weight.grad.eq(0).all()


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e6])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_single_item_scores_exactly_zero(dtype, size):
    scorer = AttributeBilinearScorer(H, K).to(dtype)
    x, batch = outfits([1, 1, 3])
    x = (size * x).to(dtype).requires_grad_()
    out = scorer(x, batch)
    assert out[:2].tolist() == [0.0, 0.0]
    assert out[2] != 0
    out.sum().backward()
    assert x.grad[:2].eq(0).all()
    assert x.grad.isfinite().all()
    assert scorer.weight.grad.isfinite().all()


def test_repeated_items_count_as_items():
    scorer = AttributeBilinearScorer(H, K)
    x, _ = outfits([1])
    twice = scorer(x.expand(2, -1, -1), torch.zeros(2).long())
    torch.testing.assert_close(twice[0], scorer.bilinear(x, x).sum())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_dtypes(dtype):
    scorer = AttributeBilinearScorer(64, 4).to(dtype).double()  # weights that every type holds
    rng = torch.Generator().manual_seed(0)
    batch = torch.repeat_interleave(torch.tensor([2, 6, 40]))
    x = torch.randn(len(batch), 4, 64, generator=rng).to(dtype)
    expected = loop(scorer, x, batch, 3)
    x.requires_grad_()
    out = scorer.to(dtype)(x, batch)
    assert out.dtype == torch.promote_types(dtype, torch.float32)
    # Products of states and weights are rounded to bfloat16, sums of states are not.
    within = 5e-3 if dtype == torch.bfloat16 else 1e-5
    torch.testing.assert_close(out.double(), expected, atol=within, rtol=0)
    out.sum().backward()
    assert x.grad.isfinite().all()


@pytest.mark.parametrize("autocast", [False, True])
def test_scores_from_bfloat16_products_do_not_tie(autocast):
    scorer = AttributeBilinearScorer(64, 4)
    x, batch = torch.randn(600, 4, 64), torch.arange(600) // 3
    expected = scorer(x, batch)
    if autocast:
        with torch.autocast("cpu", torch.bfloat16):
            out = scorer(x, batch)
    else:
        out = scorer.bfloat16()(x.bfloat16(), batch)
    assert out.unique().numel() == 200
    # The squares of the items must not dominate the sum over pairs.
    torch.testing.assert_close(out, expected, atol=0.01 * expected.std().item(), rtol=0)


def test_counts_beyond_what_bfloat16_counts():
    scorer = AttributeBilinearScorer(H, K).bfloat16()
    x = torch.ones(300, K, H, dtype=torch.bfloat16)
    pair = scorer.bilinear(x[:1], x[:1]).sum()
    torch.testing.assert_close(scorer(x, torch.zeros(300).long())[0], pair)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_autocast(dtype):
    scorer = AttributeBilinearScorer(H, K)
    x, batch = outfits()
    x = x.to(dtype)
    with torch.autocast("cpu", torch.bfloat16):
        out = scorer(x, batch)
        _, terms = scorer.pair_scores(x, batch)
    assert out.dtype == terms.dtype == torch.float32
    expected = loop(scorer, x, batch, 4).float()
    torch.testing.assert_close(out, expected, atol=5e-2, rtol=0)
    assert out[1] == 0
    out.sum().backward()
    assert scorer.weight.grad.dtype == torch.float32
    assert scorer.weight.grad.isfinite().all()


def test_stays_on_the_device_of_its_input():
    # Fake tensors have shapes and devices: mixing devices or reading a value on the host raises.
    with FakeTensorMode(), torch.device("cuda"):
        x, batch = torch.randn(5, K, H), torch.zeros(5, dtype=torch.long)
        scorer = AttributeBilinearScorer(H, K)
        with torch.device("cpu"):  # the default device must not be used
            scorer.reset_parameters()
            out = scorer(x, batch, 4)
    assert (out.device.type, out.shape) == ("cuda", (4,))


@pytest.mark.parametrize("backend", ["eager", pytest.param("inductor", marks=pytest.mark.slow)])
def test_compiles_as_one_graph_for_any_size(backend):
    scorer = AttributeBilinearScorer(H, K)
    compiled = torch.compile(scorer, backend=backend, fullgraph=True, dynamic=True)
    for sizes in (SIZES, [2, 5], [1, 2, 3, 4, 5]):
        x, batch = outfits(sizes)
        with torch.compiler.set_stance("default" if sizes is SIZES else "fail_on_recompile"):
            out = compiled(x, batch, len(sizes))
        expected = scorer(x, batch)
        torch.testing.assert_close(out, expected, atol=1e-5, rtol=1e-5)
        assert out[1 if sizes is SIZES else 0].eq(0) == (1 in sizes)
        (grad,) = torch.autograd.grad(out.sum(), scorer.weight)
        (expected,) = torch.autograd.grad(expected.sum(), scorer.weight)
        torch.testing.assert_close(grad, expected, atol=1e-4, rtol=1e-4)


def test_with_and_without_torch_scatter(monkeypatch):
    pytest.importorskip("torch_scatter", reason="the optional extra 'scatter' is not installed")
    scorer = AttributeBilinearScorer(H, K)
    x, batch = outfits()
    results = []
    for flag in (True, False):
        monkeypatch.setattr(torch_geometric.typing, "WITH_TORCH_SCATTER", flag)
        results.append(scorer(x, batch))
    torch.testing.assert_close(*results)


def test_copies_and_files_keep_the_weights():
    scorer, other = AttributeBilinearScorer(H, K), AttributeBilinearScorer(H, K)
    x, batch = outfits()
    out = scorer(x, batch)
    assert not torch.equal(other(x, batch), out)
    other.load_state_dict(load(save(scorer.state_dict())))
    assert torch.equal(other(x, batch), out)
    assert torch.equal(copy.deepcopy(scorer)(x, batch), out)
    other.reset_parameters()
    assert not torch.equal(other(x, batch), out)


@pytest.mark.parametrize("sizes", [(0, 4), (8, 0), (-1, 4)])
def test_refuses_sizes_that_are_not_positive(sizes):
    with pytest.raises(ValueError, match=rf"'channels'.*got {sizes[0]} and {sizes[1]}"):
        AttributeBilinearScorer(*sizes)


def test_default_batch_is_one_outfit():
    scorer = AttributeBilinearScorer(H, K).double()
    x, _ = outfits([5], dtype=torch.float64)
    batch = torch.zeros(5, dtype=torch.long)
    torch.testing.assert_close(scorer(x), loop(scorer, x, batch, 1))
    torch.testing.assert_close(scorer.item_scores(x), scorer.item_scores(x, batch, 1))
    pairs, terms = scorer.pair_scores(x)
    assert (
        dict(zip(map(tuple, pairs.t().tolist()), terms, strict=True)).keys()
        == pair_loop(scorer, x, batch).keys()
    )
    torch.testing.assert_close(terms.sum(dim=1).mean(), scorer(x)[0])
    assert scorer(x[:1]).tolist() == scorer(x[:0]).tolist() == [0.0]


@pytest.mark.parametrize("size", [1, 2, 5])
def test_query_gives_the_score_of_the_completed_outfit(size):
    scorer = AttributeBilinearScorer(H, K).double()
    x, _ = outfits([size + 20], dtype=torch.float64)
    outfit, new = x[:size], x[size:]
    query, constant = scorer.query(outfit)
    assert query.shape == (K, H)
    batch = torch.zeros(size + 1, dtype=torch.long)
    completed = [loop(scorer, torch.cat([outfit, c[None]]), batch, 1) for c in new]
    torch.testing.assert_close((new * query).sum(dim=(1, 2)) + constant, torch.cat(completed))


def test_query_of_bfloat16_states_is_float32():
    scorer = AttributeBilinearScorer(H, K).bfloat16()
    query, constant = scorer.query(outfits([3])[0].bfloat16())
    assert query.dtype == constant.dtype == torch.float32


def test_query_refuses_empty_outfits():
    with pytest.raises(ValueError, match=r"'x' .*got none"):
        AttributeBilinearScorer(H, K).query(torch.empty(0, K, H))


@pytest.mark.parametrize("call", ["forward", "item_scores", "pair_scores"])
def test_refuses_shapes_that_would_broadcast(call):
    scorer = AttributeBilinearScorer(6, 4)
    batch = torch.tensor([0, 0, 1])
    for shape in ((3, 1, 6), (3, 4, 1), (3, 6)):
        with pytest.raises(ValueError, match=r"'x' .*\[N, 4, 6\] \(got"):
            getattr(scorer, call)(torch.randn(shape), batch)
        with pytest.raises(ValueError, match=r"'x' .*\[N, 4, 6\] \(got"):
            scorer.query(torch.randn(shape))
    with pytest.raises(ValueError, match=r"'batch' .*\(1,\)"):
        getattr(scorer, call)(torch.randn(3, 4, 6), batch[:1])
