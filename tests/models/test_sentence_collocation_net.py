from __future__ import annotations

import pytest
import torch

from fashiongraph.data import ItemTable, Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import embed_items, score_outfits
from fashiongraph.features import SentenceEncoder
from fashiongraph.models import OutfitModel, SentenceCollocationNet
from fashiongraph.objectives import InBatchObjective
from fashiongraph.training import TrainingConfig, fit

WORDS = ["red", "blue", "silk", "linen", "shirt", "skirt", "boots", "bag"]
TITLES = ["red silk shirt", "boots", None, "blue linen skirt", "", "silk bag", "red boots"]


@pytest.fixture(scope="module")
def backbone(tmp_path_factory):
    """A folder of a sentence-transformers model, small, with weights of a random start."""
    library = pytest.importorskip("sentence_transformers")
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("sentences")
    (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS]))
    tokenizer = BertTokenizerFast(str(folder / "vocab.txt"))
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = BertConfig(vocab_size=12, intermediate_size=32, max_position_embeddings=16, **sizes)
    BertModel(config).save_pretrained(folder / "bert")
    tokenizer.save_pretrained(folder / "bert")
    library.SentenceTransformer(str(folder / "bert")).save(str(folder / "model"))  # mean pooling
    return folder / "model"


@pytest.fixture
def model(backbone):
    return SentenceCollocationNet(backbone, max_tokens=6).eval()


@pytest.fixture
def outfits(model):
    """Twelve outfits of two titles that share a colour."""
    things = ["shirt", "skirt", "boots", "bag"]
    titles = [f"{colour} {thing}" for colour in ("red", "blue") for thing in things]
    items = ItemTable.from_lists(titles, things * 2, model.tokens(titles))
    pairs = [(i, j) for i in range(4) for j in range(i)]
    item_id = [4 * colour + i for colour in range(2) for pair in pairs for i in pair]
    return Outfits(items, torch.arange(13) * 2, torch.tensor(item_id))


def test_tokens_end_in_padding(model):
    assert model.tokens(TITLES).tolist() == [
        [2, 4, 6, 8, 3, 0],
        [2, 10, 3, 0, 0, 0],
        [0] * 6,
        [2, 5, 7, 9, 3, 0],
        [0] * 6,
        [2, 6, 11, 3, 0, 0],
        [2, 4, 10, 3, 0, 0],
    ]
    assert model.tokens(["red " * 9])[0].tolist() == [2, 4, 4, 4, 4, 3]  # cut
    assert model.tokens([]).shape == (0, 6)


def test_embeds_as_the_encoder_does(model, backbone, monkeypatch):
    monkeypatch.setattr("fashiongraph.models.sentence_collocation_net._ROWS", 2)
    expected = torch.from_numpy(SentenceEncoder(backbone, device="cpu")(TITLES, "float32").array)
    embedding = model.embed_features(model.tokens(TITLES))
    torch.testing.assert_close(embedding, expected, rtol=1e-5, atol=1e-6)
    assert not embedding[2].any() and not embedding[4].any()  # nothing to read
    assert model.embed_features(model.tokens([None, ""])).tolist() == [[0.0] * 16] * 2
    assert model.embed_features(model.tokens([])).shape == (0, 16)


def test_a_checkpoint_restores_the_layers(model, outfits, tmp_path):
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) / 10)
    model.save(tmp_path / "model")
    kept = OutfitModel.load(tmp_path / "model")
    torch.testing.assert_close(score_outfits(kept, outfits), score_outfits(model, outfits))


def test_all_layers_learn_along(model, outfits):
    torch.manual_seed(0)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    history = fit(
        model,
        outfits,
        outfits,
        objective=InBatchObjective(),
        config=TrainingConfig(batch_size=12, learning_rate=1e-2),
        max_epochs=8,
        progress=False,
        accelerator="cpu",
    )
    assert history["train/loss"].iloc[-1] < 0.8 * history["train/loss"].iloc[0]
    assert all(not torch.equal(before[name], p) for name, p in model.named_parameters())
    features = embed_items(model, outfits.items)
    within, across = features[:4] @ features[:4].T, features[:4] @ features[4:].T
    assert within.min() > across.max()  # what shares a colour came to lie close


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_cannot_hold_tokens(model, dtype):
    with pytest.raises(FashionGraphError, match="needs whole numbers of tokens"):
        model.embed_features(model.tokens(TITLES).to(dtype))


def test_needs_room_for_a_word(backbone):
    with pytest.raises(FashionGraphError, match=r"at least 3 \(got 2\)"):
        SentenceCollocationNet(backbone, max_tokens=2)


def test_refuses_more_tokens_than_the_encoder_reads(backbone):
    with pytest.raises(FashionGraphError, match=r"'max_tokens' needs to be at most the \d+ that"):
        SentenceCollocationNet(backbone, max_tokens=100_000)
