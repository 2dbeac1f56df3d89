"""Options of commands that several processes or machines may run, with Ray."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from fashiongraph.cli.option_names import option_names
from fashiongraph.errors import FashionGraphError

if TYPE_CHECKING:
    from fashiongraph.evaluation.score_batches import Engine

ENGINE_PANEL = "Computation"
ENGINES = ("plain", "ray")

EngineName = Annotated[
    str,
    typer.Option(
        "--engine",
        help="[b]plain[/]: this process, or [b]ray[/]: many processes (extra 'ray').",
        rich_help_panel=ENGINE_PANEL,
    ),
]
RayAddress = Annotated[
    str | None,
    typer.Option(
        "--ray-address",
        help="For ray: a cluster that reads the same paths, as host:6379; by default one of this "
        "machine, which listens on 127.0.0.1.",
        rich_help_panel=ENGINE_PANEL,
    ),
]


class EngineOptions(Protocol):
    """Options of a command with ``--engine``."""

    @property
    def engine(self) -> str:
        """Value of ``--engine``."""

    @property
    def ray_address(self) -> str | None:
        """Value of ``--ray-address``."""


def check_engine(options: EngineOptions) -> bool:
    """Check the options of the engine before any work.

    Args:
        options: Options of a command.

    Returns:
        Whether the engine is Ray.

    Raises:
        FashionGraphError: If the engine is unknown, or an address is given to another than Ray.

    Example:
        >>> from types import SimpleNamespace
        >>> check_engine(SimpleNamespace(engine="ray", ray_address=None))
        True
    """
    if options.engine not in ENGINES:
        raise FashionGraphError(
            f"'--engine' needs to be {' or '.join(ENGINES)} (got {options.engine!r})"
        )
    if options.ray_address is not None and options.engine != "ray":
        raise FashionGraphError("'--ray-address' needs '--engine ray'")
    return options.engine == "ray"


@contextmanager
def scoring_engine(options: EngineOptions) -> Iterator[Engine]:
    """Context manager of what scores outfits: this process, or a session of Ray.

    Args:
        options: Options of a command.

    Raises:
        FashionGraphError: If Ray is not installed, or the cluster does not answer.
    """
    from fashiongraph.evaluation.score_batches import score_batches

    if options.engine != "ray":
        yield score_batches
        return
    from fashiongraph.evaluation.ray_engine import RayEngine
    from fashiongraph.ray_session import ray_session

    with option_names({"address": "--ray-address"}), ray_session(options.ray_address) as ray:
        yield RayEngine(ray)
