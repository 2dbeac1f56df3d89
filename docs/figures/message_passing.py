"""One step of gated message passing at an item (A5, A6)."""

from __future__ import annotations

from drawing import COLOURS, GARMENTS, INK, frame, image, line, pointer, states, text

WEIGHTS = (0.45, 0.35, 0.2)  # illustrative, into the first item
STEPS = ("states h of the outfit", "message a to i", "gates", "new state of i")


def box(x: float, y: float, words: str, formula: str) -> list[str]:
    """A labelled box with a formula."""
    return [
        f'<rect x="{x}" y="{y}" width="190" height="58" rx="8" fill="#ffffff" stroke="{INK}"/>',
        text(x + 95, y + 23, words, 13, "bold"),
        text(x + 95, y + 44, formula, 13),
    ]


def sub(letter: str) -> str:
    """A subscript inside a line of text."""
    return f'<tspan dy="4" font-size="9">{letter}</tspan><tspan dy="-4"> </tspan>'


def figure() -> str:
    """The figure as SVG."""
    centres = (130, 395, 650, 855)
    parts = [text(x, 28, step, 14, "bold") for x, step in zip(centres, STEPS, strict=True)]
    others = [(60, 80), (60, 165), (60, 250)]
    for row, (place, weight) in enumerate(zip(others, WEIGHTS, strict=True), start=1):
        x, y = place
        parts += [line(x + 30, y, 370, 165, 14 * weight, COLOURS[0])]
        parts += [image(row, x - 24, y - 30, 48), *states(x, y + 26)]
        parts.append(
            f'<rect x="150" y="{y + (165 - y) * 0.33 - 10:.1f}" width="78" height="20" rx="4" '
            'fill="#f6f8fa"/>'
        )
        parts.append(text(189, y + (165 - y) * 0.33 + 5, f"A = {weight:.2f}", 12))
    parts += [
        f'<circle cx="395" cy="165" r="30" fill="#ffffff" stroke="{INK}"/>',
        text(395, 170, "Σ A h", 15),
        text(395, 220, "per attribute k,", 12),
        text(395, 236, "with one A for all k", 12),
    ]
    parts += box(555, 60, "reset", f"r = σ(W{sub('r')} a + U{sub('r')} h)")
    parts += box(555, 136, "candidate", f"h̃ = tanh(W{sub('h')} a + U{sub('h')} (r ⊙ h))")
    parts += box(555, 212, "update", f"z = σ(W{sub('z')} a + U{sub('z')} h)")
    parts += [image(0, 831, 110, 48), *states(855, 172)]
    parts += [text(855, 205, "(1 − z) ⊙ h + z ⊙ h̃", 12)]
    parts += [pointer(470, 158), pointer(762, 158)]
    assert len(GARMENTS) == 1 + len(others)
    return frame(parts, "Gated message passing", 950, 300)
