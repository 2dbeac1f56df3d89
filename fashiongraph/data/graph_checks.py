"""Checks of category graphs that come from files or from other programs."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Data

from fashiongraph.errors import FashionGraphError

_PER_EDGE = {"edge_weight": True, "edge_count": False}  # whether a field is of floats
_PER_NODE = {"default_weight": True, "count": False}


def check_graph(graph: Data, argument: str = "graph") -> None:
    """Check the fields of a category graph: their shapes, their range, and that all are finite.

    Args:
        graph: A graph as :func:`~fashiongraph.data.category_graph` and
            :func:`~fashiongraph.data.add_item_cooccurrence` make it.
        argument: Name of the argument that holds it, for the error.

    Raises:
        FashionGraphError: If a field is missing or wrong.

    Example:
        >>> from fashiongraph.data import category_graph
        >>> check_graph(category_graph([0, 1], [0, 0], num_categories=2))
    """
    size = graph.num_nodes
    if not isinstance(size, int) or size < 0:
        raise FashionGraphError(f"'{argument}' needs a number of nodes (got {size!r})")
    edges = _field(graph, "edge_index", argument, floats=False)
    if edges.dim() != 2 or len(edges) != 2:
        raise FashionGraphError(
            f"'{argument}' needs 'edge_index' of the shape [2, E] (got {list(edges.shape)})"
        )
    _check_range(edges, size, "edge_index", argument)
    for fields, length in ((_PER_EDGE, edges.size(1)), (_PER_NODE, size)):
        for name, floats in fields.items():
            _check_length(_field(graph, name, argument, floats), length, name, argument)
    if "item_key" in graph:
        _check_items(graph, argument)
    if "group" in graph:
        group = _field(graph, "group", argument, floats=False)
        _check_length(group, size, "group", argument)
        ratio = _field(graph, "group_ratio", argument, floats=True)
        if ratio.dim() != 2 or ratio.size(0) != ratio.size(1):
            raise FashionGraphError(
                f"'{argument}' needs 'group_ratio' of the shape [G, G] (got {list(ratio.shape)})"
            )
        _check_range(group, len(ratio), "group", argument)


def _check_items(graph: Data, argument: str) -> None:
    """Check the co-occurrence of items in compressed sparse rows."""
    key, ptr, neighbor, count = (
        _field(graph, name, argument, floats=False)
        for name in ("item_key", "item_ptr", "item_neighbor", "item_count")
    )
    _check_length(key, key.numel(), "item_key", argument)
    _check_length(ptr, key.numel() + 1, "item_ptr", argument)
    _check_length(neighbor, neighbor.numel(), "item_neighbor", argument)
    _check_length(count, neighbor.numel(), "item_count", argument)
    _check_range(neighbor, key.numel(), "item_neighbor", argument)
    if ptr[0] != 0 or ptr[-1] != neighbor.numel() or bool((ptr.diff() < 0).any()):
        raise FashionGraphError(
            f"'{argument}' needs 'item_ptr' to ascend from 0 to the {neighbor.numel():,} entries "
            "of 'item_neighbor'"
        )
    if count.numel() and int(count.min()) < 0:
        raise FashionGraphError(f"'{argument}' needs 'item_count' of at least 0")


def _field(graph: Data, name: str, argument: str, floats: bool) -> Tensor:
    value = graph.get(name)
    if not isinstance(value, Tensor):
        raise FashionGraphError(f"'{argument}' needs the field {name!r} (got {value!r})")
    is_whole = not (value.is_floating_point() or value.is_complex() or value.dtype == torch.bool)
    if floats != value.is_floating_point() or (not floats and not is_whole):
        needed = "floats" if floats else "integers"
        raise FashionGraphError(f"'{argument}' needs {needed} as {name!r} (got {value.dtype})")
    if floats and not bool(value.isfinite().all()):
        raise FashionGraphError(f"'{argument}' needs finite numbers as {name!r}")
    return value


def _check_length(value: Tensor, length: int, name: str, argument: str) -> None:
    if value.shape != (length,):
        raise FashionGraphError(
            f"'{argument}' needs {name!r} of the shape [{length}] (got {list(value.shape)})"
        )


def _check_range(value: Tensor, size: int, name: str, argument: str) -> None:
    if value.numel() and not (int(value.min()) >= 0 and int(value.max()) < size):
        raise FashionGraphError(
            f"'{argument}' needs {name!r} from 0 to {size - 1} (got {int(value.min())} to "
            f"{int(value.max())})"
        )
