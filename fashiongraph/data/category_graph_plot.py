"""Plot of a category graph."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from torch_geometric.data import Data
from torch_geometric.utils import to_networkx

from fashiongraph.errors import FashionGraphError
from fashiongraph.files import atomic_write

_EDGES, _WIDEST = "#dd8452", 5.0  # colour, and width in points


def draw_category_graph(
    graph: Data, categories: Sequence[str], path: str | Path, num_edges: int = 40
) -> None:
    r"""Plot the edges of a category graph with the highest weights.

    Categories lie on a circle, such that those with heavy edges are close. The size of a node is
    the number of outfits with its category, and the width of an edge :math:`j \to i` is
    :math:`A_{ij}`. Categories without a drawn edge are left out.

    Args:
        graph: A graph made by :func:`~fashiongraph.data.category_graph`.
        categories: Names of the nodes.
        path: Picture file; its suffix (``.png``, ``.svg``, ``.pdf``) sets the format.
        num_edges: Maximal number of edges to draw.

    Raises:
        FashionGraphError: If the names do not fit the graph, it has no edges, or the suffix is no
            picture format.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from fashiongraph.data import category_graph
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "graph.svg")
        ...     draw_category_graph(category_graph([0, 1], [0, 0], 2), ["top", "skirt"], path)
        ...     path.exists()
        True
    """
    # Imported here, since both take half a second. A bare Figure, unlike pyplot, keeps no global
    # state and needs no display.
    import networkx as nx
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    if len(categories) != graph.num_nodes:
        raise FashionGraphError(
            f"'categories' needs one name per node, {graph.num_nodes} (got {len(categories)})"
        )
    kinds = Figure().canvas.get_supported_filetypes()
    if Path(path).suffix[1:] not in kinds:
        raise FashionGraphError(
            f"'path' needs an ending of {', '.join(sorted(kinds))} (got {str(path)!r})"
        )
    # XML allows no control character, and an SVG file repeats each text in a comment.
    names = [re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", "\ufffd", name) for name in categories]
    strongest = graph.edge_weight.topk(min(num_edges, graph.edge_weight.numel())).indices
    if strongest.numel() == 0:
        raise FashionGraphError("'graph' needs edges to draw (got none)")
    subgraph = Data(
        edge_index=graph.edge_index[:, strongest],
        weight=graph.edge_weight[strongest],
        num_nodes=graph.num_nodes,
    )
    drawn = to_networkx(subgraph, edge_attrs=["weight"])
    drawn.remove_nodes_from(list(nx.isolates(drawn)))
    order = list(nx.spectral_ordering(drawn.to_undirected(), seed=0))
    place = nx.circular_layout(order)

    figure = Figure(figsize=(11, 8), layout="constrained")
    axes = figure.add_subplot(frame_on=False, xticks=[], yticks=[], aspect="equal")
    axes.set(xlim=(-1.7, 1.7), ylim=(-1.25, 1.25))
    nodes = torch.tensor(list(drawn))
    size = 60 + 700 * graph.count[nodes] / graph.count.max().clamp(min=1)
    weight = torch.tensor([w for _, _, w in drawn.edges.data("weight")])
    heaviest = float(weight.max())
    nx.draw_networkx_nodes(drawn, place, node_size=size.tolist(), node_color="#4c72b0", ax=axes)
    nx.draw_networkx_edges(
        drawn,
        place,
        node_size=size.tolist(),
        width=(_WIDEST * weight / heaviest).tolist(),
        edge_color=_EDGES,
        alpha=0.6,
        connectionstyle="arc3,rad=0.12",  # separates i → j from j → i
        ax=axes,
    )
    for node, (x, y) in place.items():
        side = "center" if abs(x) < 0.2 else "left" if x > 0 else "right"
        # Outside the circle, where no edge is; a name such as "under $20" is no formula.
        axes.text(*(1.13 * x, 1.13 * y), names[node], ha=side, va="center", parse_math=False)
    shares = (heaviest, heaviest / 2, heaviest / 4)
    keys = [Line2D([], [], color=_EDGES, alpha=0.6, lw=_WIDEST * w / heaviest) for w in shares]
    axes.legend(
        keys,
        [f"{w:.2f}" for w in shares],
        title="weight of j → i",
        loc="lower right",
        frameon=False,
    )
    axes.set_title(
        f"The {len(weight)} heaviest of {graph.num_edges:,} category pairs; "
        "node size: number of outfits"
    )
    with atomic_write(path) as draft, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # drawn as a box
        figure.savefig(draft, dpi=150)
