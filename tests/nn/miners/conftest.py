"""Batches with ties and single items, and miners as loops over the equations."""

from __future__ import annotations

import pytest
import torch

from fashiongraph.nn.miners import exemplar_labels


@pytest.fixture
def make_batch():
    """A function from sizes of outfits to embeddings [2N, D] and labels [2N], in mixed order."""

    def make(sizes, channels=4, repeats=False):
        outfit = torch.arange(len(sizes)).repeat_interleave(torch.tensor(sizes, dtype=torch.long))
        outfit = outfit[torch.randperm(len(outfit))]
        embeddings = torch.randn(2 * len(outfit), channels, dtype=torch.double)
        if repeats:  # many rows are the same item: distances tie
            embeddings = embeddings[torch.randint(4, (2 * len(outfit),)) % max(len(outfit), 1)]
        return embeddings, exemplar_labels(outfit)

    return make


@pytest.fixture
def mine_by_loops():
    """Function that mines by the equations, outfit by outfit and item by item."""

    def mine(kind, distance, embeddings, labels, every_pair=False, farthest=None, batch=False):
        distances = distance(embeddings)
        sign = -1 if distance.is_inverted else 1
        # Rounded, since sums in another order make equal distances differ.
        distances = (sign * distances).mul(1e9).round().tolist()
        size = len(labels)
        negatives = [n for n in range(size) if labels[n] < 0]
        triplets = []
        for outfit in sorted({int(label) for label in labels if label >= 0}):
            items = [i for i in range(size) if labels[i] == outfit]
            pairs = [(i, j) for i in items for j in items if i < j]
            if not pairs:
                continue
            best = min if kind == "simple" else max
            if not every_pair:
                pairs = [best(pairs, key=lambda pair: distances[pair[0]][pair[1]])]
            for anchor, positive in pairs + [(p, a) for a, p in pairs]:
                others = [n for n in range(size) if labels[n] != outfit]
                pool = others if batch or not negatives else negatives
                if kind == "hard" and negatives:
                    pool = [n for n in pool if labels[~labels[n]] == outfit]
                if kind == "semi-hard":
                    limit = distances[anchor][positive]
                    pool = [n for n in pool if distances[anchor][n] > limit]
                if pool:
                    far = kind == "simple" if farthest is None else farthest
                    best = max if far else min
                    negative = best(pool, key=lambda n, row=distances[anchor]: row[n])
                    triplets.append((anchor, positive, negative))
        return sorted(triplets)

    return mine
