"""An outfit as a subgraph of the category graph, and the masks of its items."""

from __future__ import annotations

from itertools import permutations

from drawing import COLOURS, GARMENTS, LINE, frame, image, line, masks, pointer, text

CATEGORIES = {
    "top": (75, 80),
    "trousers": (225, 70),
    "shoes": (255, 185),
    "bag": (60, 195),
    "skirt": (150, 130),
    "hat": (150, 235),
}
# Illustrative rows of the category graph: weight of j -> i.
WEIGHTS = {
    ("top", "trousers"): 0.5, ("top", "shoes"): 0.6, ("top", "bag"): 0.3,
    ("trousers", "top"): 0.8, ("trousers", "shoes"): 0.6, ("trousers", "bag"): 0.2,
    ("shoes", "top"): 0.7, ("shoes", "trousers"): 0.5, ("shoes", "bag"): 0.4,
    ("bag", "top"): 0.6, ("bag", "trousers"): 0.3, ("bag", "shoes"): 0.7,
}  # fmt: skip
UNUSED = [("skirt", "top"), ("skirt", "shoes"), ("skirt", "bag"), ("hat", "bag"), ("hat", "shoes")]


def normalised() -> dict[tuple[str, str], float]:
    """Weights of the edges j -> i, divided by the sum of those that arrive at i."""
    total = {i: sum(w for (own, _), w in WEIGHTS.items() if own == i) for i, _ in WEIGHTS}
    return {(i, j): weight / total[i] for (i, j), weight in WEIGHTS.items()}


def edge(start: tuple[float, float], end: tuple[float, float], width: float) -> str:
    """A curved edge with an arrow head, ending before the node."""
    (x1, y1), (x2, y2) = start, end
    across, down = x2 - x1, y2 - y1
    length = (across**2 + down**2) ** 0.5
    dx, dy = across / length, down / length
    x1, y1, x2, y2 = x1 + 34 * dx, y1 + 34 * dy, x2 - 38 * dx, y2 - 38 * dy
    bend = (x1 + x2) / 2 - 14 * dy, (y1 + y2) / 2 + 14 * dx
    return (
        f'<path d="M{x1:.1f} {y1:.1f}Q{bend[0]:.1f} {bend[1]:.1f} {x2:.1f} {y2:.1f}" fill="none" '
        f'stroke="{COLOURS[0]}" stroke-width="{width:.2f}" marker-end="url(#head)"/>'
    )


def figure() -> str:
    """The figure as SVG."""
    parts = [
        '<defs><marker id="head" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="7" '
        'markerHeight="7" markerUnits="userSpaceOnUse" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" fill="{COLOURS[0]}"/></marker></defs>'
    ]
    titles = ("category graph", "outfit as its subgraph", "items with K masks")
    parts += [text(x, 28, t, 14, "bold") for x, t in zip((155, 450, 745), titles, strict=True)]
    own = [garment[0] for garment in GARMENTS]
    for i, j in [*WEIGHTS, *UNUSED]:
        parts.append(line(*CATEGORIES[i], *CATEGORIES[j], 1, LINE))
    for name, (x, y) in CATEGORIES.items():
        colour = COLOURS[0] if name in own else LINE
        parts.append(f'<circle cx="{x}" cy="{y}" r="9" fill="{colour}"/>')
        parts.append(text(x, y - 15, name, 12, "bold" if name in own else "normal"))
    place = dict(zip(own, [(380, 95), (520, 95), (520, 215), (380, 215)], strict=True))
    weights = normalised()
    for i, j in permutations(own, 2):
        parts.append(edge(place[j], place[i], 7 * weights[i, j]))
    for row, name in enumerate(own):
        x, y = place[name]
        parts.append(image(row, x - 24, y - 24, 48))
        y = 48 + 54 * row
        parts += [image(row, 640, y, 44), *masks(row, 705, y + 38)]
    for k, colour in enumerate(COLOURS):
        parts.append(f'<text x="{719 + 34 * k}" y="266" font-size="12" text-anchor="middle" '
                     f'fill="{colour}">k = {k + 1}</text>')  # fmt: skip
    parts.append(text(450, 275, "width: weight of j → i; those into an item sum to 1", 12))
    parts += [pointer(305, 148), pointer(585, 148)]
    return frame(parts, "An outfit as a subgraph of the category graph", 880, 290)
