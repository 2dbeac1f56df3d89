import numpy as np
import pytest
import torch
from PIL import Image

from fashiongraph.errors import DataError
from fashiongraph.features import encoder_kinds, image_encoder
from fashiongraph.features.tuned_encoder import read_training_outfits, write_picture_encoder


@pytest.fixture
def encoder():
    torch.manual_seed(0)
    return image_encoder("squeezenet1_1", None)


@pytest.fixture
def folder(encoder, tmp_path):
    keys = np.array([5, -3], np.int64)
    path = tmp_path / "encoder"
    write_picture_encoder(path, encoder.state_dict(), "squeezenet1_1", None, 48, keys)
    return path


def test_a_folder_is_an_encoder_by_name(folder, encoder):
    tuned = image_encoder(str(folder))
    assert encoder_kinds(str(folder)) == ("image",)
    pixels = tuned.transform(Image.new("RGB", (30, 60), "red"))
    assert pixels.shape == (3, 48, 48)
    torch.testing.assert_close(tuned(pixels[None]), encoder(pixels[None]))
    assert tuned.fingerprint == image_encoder(str(folder)).fingerprint != encoder.fingerprint
    assert read_training_outfits(folder).tolist() == [5, -3]
    assert read_training_outfits("resnet50") is None


def test_a_damaged_folder_is_refused(folder):
    (folder / "training_outfits.npy").write_bytes(b"no array")
    with pytest.raises(DataError, match="keys of outfits"):
        read_training_outfits(folder)
    np.save(folder / "training_outfits.npy", np.eye(2))
    with pytest.raises(DataError, match="needs keys of outfits"):
        read_training_outfits(folder)
    card = (folder / "encoder.json").read_text()
    (folder / "encoder.json").write_text(card.replace("squeezenet1_1", "squeezenet1_0"))
    with pytest.raises(DataError, match="do not fit squeezenet1_0"):
        image_encoder(str(folder))
    (folder / "encoder.json").write_text("{}")
    with pytest.raises(DataError, match="no card of a fine-tuned encoder"):
        image_encoder(str(folder))
