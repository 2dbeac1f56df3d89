"""Models from the weights of a file, which are verified before memory is allocated."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch.nn.modules.module import (
    register_module_buffer_registration_hook,
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
)

from fashiongraph.errors import FashionGraphError

ModuleT = TypeVar("ModuleT", bound=torch.nn.Module)

_SLACK = 1000  # parts of a model beside those that its tensors allow for


def build_with_weights(build: Callable[[], ModuleT], weights: Mapping[str, Tensor]) -> ModuleT:
    """Build a module and load its weights.

    The module is built on the meta device first, without memory, and its shapes are compared with
    those of the weights. A configuration of a few bytes can ask for any amount of memory.

    Args:
        build: Builds the module. A constructor that reads values of tensors, which the meta device
            lacks, is called only once.
        weights: Tensors by the names of the module's state.

    Raises:
        FashionGraphError: If the weights do not fit the module, or one is not finite.

    Example:
        >>> weights = torch.nn.Linear(2, 1).state_dict()
        >>> build_with_weights(lambda: torch.nn.Linear(2, 1), weights)
        Linear(in_features=2, out_features=1, bias=True)
    """
    try:
        with torch.device("meta"), _limited(_SLACK + 8 * len(weights)):
            expected = build().state_dict()
    except (NotImplementedError, RuntimeError) as error:
        if "meta" not in str(error):
            raise
    else:
        _check_fit(expected, weights)
    module = build()
    _check_fit(module.state_dict(), weights)
    module.load_state_dict(dict(weights))
    check_weights(module)
    return module


def check_weights(module: torch.nn.Module) -> None:
    """Check that the weights of a module are numbers.

    Args:
        module: The module. Its buffers may hold infinities, such as those of a mask.

    Raises:
        FashionGraphError: If a parameter is not finite, or a buffer is NaN.

    Example:
        >>> check_weights(torch.nn.Linear(2, 1))
    """
    for name, value in module.state_dict().items():
        if not (value.is_floating_point() and value.numel()):
            continue
        low, high = value.aminmax()  # NaN if one value is
        is_buffer = any(value.data_ptr() == buffer.data_ptr() for buffer in module.buffers())
        fine = not bool(low.isnan()) if is_buffer else bool(low.isfinite() & high.isfinite())
        if not fine:
            raise FashionGraphError(
                f"the weights need to be finite, but {name!r} of {type(module).__name__} is not: "
                "its training diverged, or the file is damaged"
            )


def _check_fit(expected: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> None:
    names = sorted(expected.keys() ^ weights.keys())
    if names:
        lacks = "lacks" if names[0] in expected else "has another tensor,"
        raise FashionGraphError(
            f"the weights need the {len(expected):,} tensors of the configuration (the file of "
            f"{len(weights):,} {lacks} {names[0]!r})"
        )
    for name, value in expected.items():
        found = weights[name]
        if found.shape != value.shape:
            raise FashionGraphError(
                f"the weight {name!r} needs the shape {list(value.shape)} of the configuration "
                f"(the file has {list(found.shape)})"
            )
        if _kind(found) != _kind(value):
            raise FashionGraphError(
                f"the weight {name!r} needs a type such as {value.dtype} (the file has "
                f"{found.dtype})"
            )


def _kind(value: Tensor) -> tuple[bool, bool]:
    return value.is_floating_point(), value.is_complex()


@contextmanager
def _limited(parts: int) -> Iterator[None]:
    """Limit the parameters, buffers and modules that are made in this thread."""
    left, thread = parts, threading.get_ident()

    def count(*_: Any) -> None:
        nonlocal left
        if threading.get_ident() == thread:
            left -= 1
            if left < 0:
                raise FashionGraphError(
                    f"the configuration needs more than {parts:,} parts, of which the file of the "
                    "weights holds fewer"
                )

    hooks = [
        register(count)
        for register in (
            register_module_buffer_registration_hook,
            register_module_module_registration_hook,
            register_module_parameter_registration_hook,
        )
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
