"""The steps from an outfit to its score."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from drawing import COLOURS, GARMENTS, frame, image, line, masks, pointer, states, text

SCORES = (0.81, 0.42, 0.77, 0.38, 0.66, 0.44)  # illustrative, one per pair
STEPS = ("outfit", "items with K attribute masks", "message passing", "pair scores", "score")
CENTRES = (70, 250, 460, 680, 860)


def figure() -> str:
    """The figure as SVG."""
    parts = [text(x, 28, step, 14, "bold") for x, step in zip(CENTRES, STEPS, strict=True)]
    nodes = [(400, 95), (520, 95), (400, 205), (520, 205)]
    parts += [line(*nodes[a], *nodes[b]) for a, b in combinations(range(4), 2)]
    for row in range(len(GARMENTS)):
        y = 45 + 54 * row
        parts += [image(row, 45, y, 50), image(row, 165, y + 5, 40)]
        parts += masks(row, 215, y + 40)
        x, top = nodes[row]
        parts += [image(row, x - 24, top - 24, 48), *states(x, top + 32)]
    for row, ((a, b), score) in enumerate(zip(combinations(range(4), 2), SCORES, strict=True)):
        y = 46 + 36 * row
        parts += [image(a, 612, y, 30), image(b, 646, y, 30)]
        parts.append(
            f'<rect x="690" y="{y + 10}" width="{round(60 * score, 1)}" height="10" '
            f'fill="{COLOURS[0]}"/>'
        )
        parts.append(text(768, y + 20, f"{score:.2f}", 12))
    parts += [text(860, 160, f"{np.mean(SCORES):.2f}", 30, "bold"), text(860, 184, "mean", 12)]
    parts += [pointer(x, 148) for x in (115, 352, 565, 800)]
    return frame(parts, "From an outfit to its score", 920, 275)
