"""Settings of a server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fashiongraph.errors import FashionGraphError

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SHORTEST_TOKEN = 16


@dataclass(frozen=True)
class ServeSettings:
    """Settings of a server.

    Args:
        store: Folder of uploaded pictures, and of the database if no URL is given.
        host: Address to listen on.
        token: Secret that requests need; required for an address other than this machine's own.
        database: URL of the database; by default an SQLite file in ``store``.
        picture_folders: Folders beside the catalogue's own from which its pictures may be read.
        allowed_hosts: Names by which the server is reached, beside its address.
        queue: Largest number of requests that wait for the model.
        timeout: Seconds until a request for the model fails.
        most_items: Largest number of own items.

    Raises:
        FashionGraphError: If the address needs a token, or the token is too short.

    Example:
        >>> ServeSettings(Path("store")).database_url
        'sqlite:///store/fashiongraph.sqlite'
        >>> ServeSettings(Path("store"), host="0.0.0.0")
        Traceback (most recent call last):
        ...
        fashiongraph.errors.FashionGraphError: 'token' needs a secret for an address other than \
127.0.0.1 (got host '0.0.0.0')
    """

    store: Path
    host: str = "127.0.0.1"
    token: str = field(default="", repr=False)
    database: str = ""
    picture_folders: Sequence[Path] = ()
    allowed_hosts: Sequence[str] = ()
    queue: int = 64
    timeout: float = 30.0
    most_items: int = 5000

    def __post_init__(self) -> None:
        if not self.token and self.host not in LOOPBACK:
            raise FashionGraphError(
                f"'token' needs a secret for an address other than 127.0.0.1 (got host "
                f"{self.host!r})"
            )
        if self.token and len(self.token) < _SHORTEST_TOKEN:
            raise FashionGraphError(
                f"'token' needs {_SHORTEST_TOKEN} characters or more (got {len(self.token)})"
            )

    @property
    def database_url(self) -> str:
        """URL of the database."""
        return self.database or f"sqlite:///{self.store / 'fashiongraph.sqlite'}"
