"""Database of a server: saved outfits and one's own items."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from importlib import resources
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import (
    JSON,
    DateTime,
    Engine,
    ForeignKey,
    LargeBinary,
    String,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from fashiongraph.errors import FashionGraphError
from fashiongraph.locks import locked

LONGEST_NAME = 200
_UPGRADE_LOCK = 7_254_091  # any number: the key of an advisory lock of PostgreSQL


class Base(DeclarativeBase):
    """Base class of the tables."""


def _now() -> datetime:
    return datetime.now(timezone.utc)


class OwnItem(Base):
    """Item that a person added.

    Its identifier is never used again, since ``id`` only grows.
    """

    __tablename__ = "own_item"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  # as SQLAlchemy declares it

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(String(LONGEST_NAME), unique=True)
    category: Mapped[str] = mapped_column(String(LONGEST_NAME))
    title: Mapped[str] = mapped_column(String(LONGEST_NAME), default="")
    columns: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    picture: Mapped[str | None] = mapped_column(String(64))  # SHA-256 of the stored file
    features: Mapped[bytes] = mapped_column(LargeBinary)  # float32, little-endian
    sources: Mapped[str] = mapped_column(String(64))  # digest of the sources of the features
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=_now)


class SavedOutfit(Base):
    """Outfit that a person saved under a name."""

    __tablename__ = "saved_outfit"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=_now)
    items: Mapped[list[SavedItem]] = relationship(
        order_by="SavedItem.position", cascade="all, delete-orphan", lazy="selectin"
    )


class SavedItem(Base):
    """Item of a saved outfit, of the catalogue or one's own."""

    __tablename__ = "saved_item"

    outfit_id: Mapped[int] = mapped_column(
        ForeignKey("saved_outfit.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(String(LONGEST_NAME))


class Revision(Base):
    """Number of changes of the own items so far, by which servers find that there is a new one."""

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(default=0)


class Database:
    """Connection to a database, whose tables are made or brought up to date.

    Args:
        url: URL as of SQLAlchemy: ``sqlite:///FILE`` or ``postgresql+psycopg://USER@HOST/NAME``.

    Raises:
        FashionGraphError: If the URL cannot be read, its driver is not installed, or the database
            cannot be reached.

    Example:
        >>> database = Database(f"sqlite:///{getfixture('tmp_path')}/serve.sqlite")
        >>> with database.session() as session:
        ...     session.add(SavedOutfit(name="Monday", items=[SavedItem(position=0, item_id="1")]))
        >>> with database.session() as session:
        ...     session.query(SavedOutfit).one().name
        'Monday'
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
            if parsed.drivername == "postgresql":  # the driver of the extra
                parsed = parsed.set(drivername="postgresql+psycopg")
            if parsed.get_backend_name() == "sqlite" and parsed.database:
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            self.engine = create_engine(parsed, pool_pre_ping=True)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, OSError) as error:
            raise FashionGraphError(
                "'database' needs a URL such as sqlite:///FILE or "
                f"postgresql+psycopg://USER@HOST/NAME ({error})"
            ) from error
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _set_up_sqlite)
        try:
            self._upgrade()
        except OperationalError as error:
            raise FashionGraphError(
                f"'database' cannot be opened ({parsed.render_as_string()}): {error.orig}"
            ) from error

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Context manager of a transaction, which is committed unless the block fails."""
        with Session(self.engine) as session, session.begin():
            yield session

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _upgrade(self) -> None:
        """Make the tables, or bring those of an earlier version up to date; one process at once."""
        if self.engine.dialect.name == "sqlite" and self.engine.url.database:
            with locked(self.engine.url.database), self.engine.begin() as connection:
                _migrate(connection)
            return
        with self.engine.begin() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})"))
            _migrate(connection)


def _migrate(connection: Connection) -> None:
    config = Config()
    scripts = resources.files("fashiongraph.serve") / "migrations"
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    """Foreign keys; readers beside a writer; commits that survive a loss of power."""
    for setting in (
        "foreign_keys=ON",
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=10000",
    ):
        connection.execute(f"PRAGMA {setting}")


def is_reachable(engine: Engine) -> bool:
    """Whether a database answers.

    Args:
        engine: The engine.
    """
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except OperationalError:
        return False
    return True
