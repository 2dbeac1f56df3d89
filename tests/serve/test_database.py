"""The same behaviour of SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import create_engine, inspect, text

from fashiongraph.errors import FashionGraphError
from fashiongraph.serve.database import Base, Database, is_reachable
from fashiongraph.serve.own_items import ItemRecord, OwnItems
from fashiongraph.serve.saved_outfits import SavedOutfits
from tests.serve.postgres import postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> str:
    """Address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/folder/serve.sqlite"
    found = request.getfixturevalue("postgres_url")
    engine = create_engine(found)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return found


@pytest.fixture
def database(url) -> Iterator[Database]:
    made = Database(url)
    yield made
    made.close()


def item(title: str, picture: str | None = None) -> ItemRecord:
    row = np.arange(3, dtype=np.float32)
    return ItemRecord("", "bag", title, {"price": 3.5, "colour": "grün"}, picture, row)


def test_tables_are_those_of_the_classes(database):
    found = inspect(database.engine)
    for name, table in Base.metadata.tables.items():
        columns = {one["name"]: one["nullable"] for one in found.get_columns(name)}
        assert columns == {one.name: one.nullable for one in table.columns}


def test_opening_again_keeps_what_is_there(url):
    first = Database(url)
    number = SavedOutfits(first).add("Monday", ["a", "b"])
    first.close()
    second = Database(url)
    assert SavedOutfits(second).get(number).items == ["a", "b"]
    second.close()


def test_many_processes_may_make_the_tables_at_once(url):
    made: list[Database] = []
    threads = [threading.Thread(target=lambda: made.append(Database(url))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6
    assert SavedOutfits(made[0]).all() == []
    for one in made:
        one.close()


def test_own_items_come_back_as_they_were_added(database):
    own = OwnItems(database, ())
    picture = "0" * 64
    identifiers = [own.add(item("red")), own.add(item("Ünïcode 👗", picture))]
    assert identifiers == ["own-1", "own-2"]
    found = own.all()
    assert [one.title for one in found] == ["red", "Ünïcode 👗"]
    assert found[0].columns == {"price": 3.5, "colour": "grün"}
    np.testing.assert_array_equal(found[0].features, [0, 1, 2])
    assert own.pictures() == {picture}


def test_the_revision_counts_every_change(database):
    own = OwnItems(database, ())
    assert own.revision() == 0
    name = own.add(item("red"))
    changed = ItemRecord(name, "top", "blue", {}, None, np.ones(3, np.float32))
    assert own.change(changed)
    assert own.get(name).category == "top"
    assert own.remove(name)
    assert own.revision() == 3
    assert not own.change(changed)
    assert not own.remove(name)
    assert own.get(name) is None
    assert own.revision() == 3


def test_changes_at_once_are_all_counted(database):
    own = OwnItems(database, ())
    threads = [threading.Thread(target=own.add, args=(item(str(i)),)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert own.revision() == len(own.all()) == len({one.item_id for one in own.all()}) == 8


def test_saved_outfits(database):
    saved = SavedOutfits(database, most=2)
    first = saved.add("one", ["a", "b", "c"])
    second = saved.add("two", ["c"])
    assert [one.id for one in saved.all()] == [second, first]
    assert saved.change(first, " other ", ["b", "a"])
    assert (saved.get(first).name, saved.get(first).items) == ("other", ["b", "a"])
    with pytest.raises(FashionGraphError, match="at most 2"):
        saved.add("three", ["a"])
    for name in ("", "  ", "x" * 201):
        with pytest.raises(FashionGraphError, match="1 to 200 characters"):
            saved.change(first, name, ["a"])
    assert saved.remove(first)
    assert not saved.remove(first)
    assert not saved.change(first, "x", ["a"])
    with database.session() as session:
        assert session.execute(text("SELECT count(*) FROM saved_item")).scalar() == 1


def test_a_failed_change_leaves_nothing(database):
    def change() -> None:
        with database.session() as session:
            session.execute(text("UPDATE revision SET number = 7"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert OwnItems(database, ()).revision() == 0


def test_reachable(database):
    assert is_reachable(database.engine)
    closed = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert not is_reachable(closed)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("nonsense", "needs a URL"),
        ("mongodb://127.0.0.1/x", "needs a URL"),
        ("postgresql://nobody:secret@127.0.0.1:1/none", "cannot be opened"),
        ("sqlite:////proc/none/x.sqlite", "needs a URL"),
    ],
)
def test_bad_addresses(address, reason):
    with pytest.raises(FashionGraphError, match=reason) as caught:
        Database(address)
    assert "secret" not in str(caught.value)
