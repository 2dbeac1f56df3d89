"""Plot of a category graph."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from torch_geometric.data import Data
from torch_geometric.utils import to_networkx

from fashiongraph.errors import FashionGraphError
from fashiongraph.files import atomic_write


def draw_category_graph(
    graph: Data, categories: Sequence[str], path: str | Path, num_edges: int = 40
) -> None:
    r"""Plot the edges of a category graph with the highest weights.

    The size of a node is the number of outfits with its category. The width and the label of an
    edge :math:`j \to i` are :math:`A_{ij}`. Categories without a drawn edge are left out.

    Args:
        graph: A graph made by :func:`~fashiongraph.data.category_graph.category_graph`.
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

    if len(categories) != graph.num_nodes:
        raise FashionGraphError(
            f"'categories' needs one name per node, {graph.num_nodes} (got {len(categories)})"
        )
    kinds = Figure().canvas.get_supported_filetypes()
    if Path(path).suffix[1:] not in kinds:
        raise FashionGraphError(
            f"'path' needs an ending of {', '.join(sorted(kinds))} (got {str(path)!r})"
        )
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
    place = nx.spring_layout(drawn, weight="weight", seed=0, k=2.5 / len(drawn) ** 0.5)

    figure = Figure(figsize=(11, 8), layout="constrained")
    axes = figure.add_subplot(frame_on=False, xticks=[], yticks=[])
    nodes = torch.tensor(list(drawn))
    size = 200 + 1500 * graph.count[nodes] / graph.count.max().clamp(min=1)
    weight = torch.tensor([w for _, _, w in drawn.edges.data("weight")])
    curved = "arc3,rad=0.12"  # separates i → j from j → i
    nx.draw_networkx_nodes(drawn, place, node_size=size.tolist(), node_color="#9ecae1", ax=axes)
    nx.draw_networkx_edges(
        drawn,
        place,
        node_size=size.tolist(),
        width=(0.5 + 4 * weight / weight.max()).tolist(),
        edge_color="#756bb1",
        alpha=0.55,
        connectionstyle=curved,
        ax=axes,
    )
    names = {n: categories[n] for n in drawn}
    for text in nx.draw_networkx_labels(drawn, place, names, font_size=9, ax=axes).values():
        text.set_parse_math(False)  # a name such as "under $20" is no formula
    nx.draw_networkx_edge_labels(
        drawn,
        place,
        {(i, j): f"{w:.2f}" for i, j, w in drawn.edges.data("weight")},
        font_size=6,
        connectionstyle=curved,
        ax=axes,
    )
    axes.set_title(f"The {len(weight)} strongest of {graph.num_edges:,} category pairs")
    with atomic_write(path) as draft, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # drawn as a box
        figure.savefig(draft, dpi=150)
