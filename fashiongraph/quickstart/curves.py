"""Plot of loss and validation curves."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from fashiongraph.quickstart.trained import Trained

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Distinct by marker and line as well as by colour (palette of Okabe and Ito).
_STYLES = (
    ("#0072b2", "o", "-"),
    ("#d55e00", "s", "--"),
    ("#009e73", "^", "-."),
    ("#cc79a7", "v", ":"),
)


def draw_curves(teacher: Trained[Any], students: Sequence[Trained[Any]]) -> bytes:
    """Plot ranking loss and validation scores by epoch, as SVG.

    Args:
        teacher: The teacher of pairs.
        students: The compared models, at most four.
    """
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    loss, score, pairs = figure.subplots(1, 3)
    for one, style in zip(students, _STYLES, strict=False):
        _plot(loss, one, "train/ranking", one.name, style)
        _plot(score, one, "valid/score", one.name, style)
    _plot(pairs, teacher, "valid/auc", "AUC", _STYLES[0])
    _plot(pairs, teacher, "valid/fitb", "FITB", _STYLES[1])
    loss.set_title("Training: ranking loss")
    score.set_title("Validation: mean of AUC and FITB")
    pairs.set_title("Teacher of pairs: validation")
    for axes in (loss, score, pairs):
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, fontsize="small")
    drawn = io.BytesIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None})
    return drawn.getvalue()


def _plot(axes: Axes, one: Trained[Any], column: str, label: str, style: Sequence[str]) -> None:
    colour, marker, line = style
    epochs = one.history.index.to_numpy()
    values = one.history[column].to_numpy()
    axes.plot(epochs, values, color=colour, marker=marker, linestyle=line, ms=4, label=label)
