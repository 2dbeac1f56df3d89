from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from fashiongraph.datasets.fashion32_files.labels import Labels


@pytest.mark.parametrize("size", [0, 1, 40])
def test_like_a_loop_over_words(size):
    rng = np.random.default_rng(size)
    owner = rng.integers(0, 12, size)
    word = rng.choice(["棉", "麻", "a/b", ""], size).tolist()
    labels = Labels(owner, pa.array(word, pa.string()))
    of_owner = [[w for o, w in zip(owner, word, strict=True) if o == item] for item in range(13)]
    assert labels.first(13).to_pylist() == [words[0] if words else None for words in of_owner]
    assert labels.joined(13).to_pylist() == [
        ";".join(sorted(set(words) - {""})) or None for words in of_owner
    ]
