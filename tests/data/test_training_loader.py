from __future__ import annotations

import pytest

from fashiongraph.data.negatives.protocol import negative_sampler
from fashiongraph.data.training_loader import TrainingLoader


def test_a_bare_loader_says_what_it_lacks(wardrobe):
    sampler = negative_sampler("uniform", wardrobe.items)
    with pytest.raises(NotImplementedError, match="TrainingLoader does not say what it draws"):
        next(iter(TrainingLoader(wardrobe, sampler)))
