"""Collection of item vectors in Milvus."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.optional import require
from fashiongraph.retrieval.milvus_columns import MOST_BYTES, named
from fashiongraph.retrieval.milvus_connection import TIMEOUT, connect, reported

ALIAS = "fashiongraph"
"""Alias of the collection in its database."""

MOST_RESULTS = 16_384
"""Largest number of results of one search that servers allow by default."""

_OWN = re.compile(f"{ALIAS}_[0-9a-f]{{16}}")  # names of collections
_CARD = "fashiongraph card"  # identifier of the row that marks the collection as a catalogue
_WRITTEN = 512  # rows of one message, which a server limits to 64 MB
_LONG = 3600.0  # seconds to write or load a whole collection


class MilvusCollection:
    """Collection of item vectors in Milvus, with a flat index for inner products.

    A row has the fields ``item_id``, ``vector`` and those of
    :class:`~fashiongraph.retrieval.milvus_columns.MilvusColumns`. A row without category holds the
    card: what the vectors belong to, and the columns by field. The alias ``fashiongraph``
    names the collection that is the catalogue; a new one takes it over when it is complete.

    Args:
        client: A ``pymilvus.MilvusClient``.
        uri: The place of the database.
        name: Name of the collection; empty if the database has none.
    """

    def __init__(self, client: Any, uri: str, name: str) -> None:
        self.client = client
        self.uri = uri
        self.name = name

    @classmethod
    def connect(cls, uri: str, create: bool = False) -> MilvusCollection:
        """The catalogue of a database, if it has one.

        Args:
            uri: A file ``….db``, or the URL of a server.
            create: Whether to create a file that does not exist.

        Raises:
            DataError: If the file does not exist, or is no database of Milvus Lite, or the database
                has a collection of that name that is no catalogue.
            FashionGraphError: If the server cannot be reached.
        """
        client = connect(uri, create)
        with reported(uri):
            if not client.has_collection(ALIAS, timeout=TIMEOUT):
                return cls(client, uri, "")
            # By its own name, since pymilvus keeps the fields of each name that it has seen.
            name = client.describe_collection(ALIAS, timeout=TIMEOUT)["collection_name"]
        if not _OWN.fullmatch(name):
            raise DataError(f"has a collection {ALIAS!r} that is no catalogue", uri)
        return cls(client, uri, name)

    def card(self) -> dict[str, Any]:
        """What the vectors belong to.

        Raises:
            DataError: If there is no collection, or it is no catalogue.
        """
        if not self.name:
            raise DataError("holds no catalogue; 'fashiongraph index --store milvus'", self.uri)
        self.load()
        with reported(self.uri):
            found = self.client.query(
                self.name,
                filter=named([_CARD]),
                output_fields=["card"],
                consistency_level="Strong",
                timeout=TIMEOUT,
            )
        try:
            card = json.loads(found[0]["card"])
            columns, values = dict(card["columns"]), dict(card["values"])
            return {"key": str(card["key"]), "columns": columns, "values": values}
        except (IndexError, KeyError, TypeError, ValueError) as error:
            raise DataError(f"has a damaged catalogue, {self.name!r}", self.uri) from error

    def check_replaceable(self, overwrite: bool) -> None:
        """Check that a catalogue may be written.

        Args:
            overwrite: Whether to replace an existing one.

        Raises:
            DataError: If there is one and it is not to be replaced.
        """
        if self.name and not overwrite:
            raise DataError("holds a catalogue; --overwrite replaces it", self.uri)

    def load(self) -> None:
        """Load the collection into the memory of the server."""
        with reported(self.uri):
            self.client.load_collection(self.name, timeout=_LONG)

    def flush(self) -> None:
        """Write what is in the memory of the server."""
        with reported(self.uri):
            self.client.flush(self.name, timeout=_LONG)

    @contextmanager
    def replaced(self, fields: Mapping[str, str], size: int) -> Iterator[MilvusCollection]:
        """Context to write a new collection, which takes the place of this one at its end.

        Args:
            fields: Kinds of the fields by name.
            size: Size of a vector.

        Yields:
            The new collection.
        """
        draft = MilvusCollection(self.client, self.uri, f"{ALIAS}_{secrets.token_hex(8)}")
        self._drop_others()
        draft._create(fields, size)
        try:
            yield draft
            draft.flush()
            draft.load()
        except BaseException:
            draft._drop()
            raise
        with reported(self.uri):
            switch = self.client.alter_alias if self.name else self.client.create_alias
            switch(draft.name, ALIAS, timeout=TIMEOUT)
        draft._drop_others()

    def write(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Write rows, in place of those with the same identifiers.

        Args:
            records: Fields of each row by name.

        Raises:
            FashionGraphError: If an identifier is longer than a field, or is that of the card.
        """
        for record in records:
            name = record["item_id"]
            if name == _CARD or len(name.encode()) > MOST_BYTES:
                raise FashionGraphError(
                    f"Milvus needs identifiers of at most {MOST_BYTES:,} bytes, other than "
                    f"{_CARD!r} (got {name[:40]!r})"
                )
        self._upsert(records)

    def write_card(self, card: Mapping[str, Any], size: int) -> None:
        """Write what the vectors belong to.

        Args:
            card: ``key`` of the vectors, ``columns`` and digests of their ``values``.
            size: Size of a vector.
        """
        vector = np.zeros(size, dtype=np.float32)
        self._upsert([{"item_id": _CARD, "vector": vector, "card": json.dumps(card)}])

    def remove(self, ids: Sequence[str]) -> None:
        """Remove rows.

        Args:
            ids: Identifiers of the items.
        """
        for start in range(0, len(ids), _WRITTEN):
            with reported(self.uri):
                # A filter, because pymilvus does not escape what it is given as `ids`.
                some = named(ids[start : start + _WRITTEN])
                self.client.delete(self.name, filter=some, timeout=TIMEOUT)

    def search(self, query: Tensor, filters: str, limit: int) -> tuple[list[str], Tensor]:
        """Rows with the largest inner products with a query, best first.

        Args:
            query: The query [D].
            filters: A filter expression.
            limit: Largest number of rows.

        Returns:
            Identifiers and inner products.
        """
        with reported(self.uri):
            (hits,) = self.client.search(
                self.name,
                [query.float().numpy()],
                filter=filters,
                limit=limit,
                anns_field="vector",
                search_params={"metric_type": "IP"},
                timeout=TIMEOUT,
            )
        return [one["item_id"] for one in hits], torch.tensor([one["distance"] for one in hits])

    def vectors(self, ids: Sequence[str]) -> tuple[list[str], Tensor]:
        """Stored vectors of items.

        Args:
            ids: Identifiers of the items.

        Returns:
            Identifiers of those that are stored, in any order, and their vectors [m, D].
        """
        with reported(self.uri):
            found = self.client.query(
                self.name,
                filter=named(ids),
                output_fields=["item_id", "vector"],
                timeout=TIMEOUT,
            )
        vectors = np.array([one["vector"] for one in found], dtype=np.float32)
        return [one["item_id"] for one in found], torch.from_numpy(vectors)

    def _create(self, fields: Mapping[str, str], size: int) -> None:
        milvus = require("pymilvus", "milvus")
        types = milvus.DataType
        schema = milvus.MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        text = {"datatype": types.VARCHAR, "max_length": MOST_BYTES}
        kinds = {
            "text": text,
            "number": {"datatype": types.DOUBLE},
            "date": {"datatype": types.INT64},
            "boolean": {"datatype": types.BOOL},
        }
        schema.add_field("item_id", **text, is_primary=True)
        schema.add_field("vector", types.FLOAT_VECTOR, dim=size)
        for name, kind in {"card": "text", **fields}.items():
            schema.add_field(name, **kinds[kind], nullable=True)
        index = milvus.MilvusClient.prepare_index_params()
        index.add_index("vector", index_type="FLAT", metric_type="IP")
        index.add_index("category", index_type="INVERTED")
        with reported(self.uri):
            self.client.create_collection(
                self.name,
                schema=schema,
                index_params=index,
                consistency_level="Session",  # a client reads what it wrote
                timeout=TIMEOUT,
            )

    def _drop_others(self) -> None:
        """Remove earlier catalogues, and those of jobs that were killed."""
        with reported(self.uri):
            for name in self.client.list_collections(timeout=TIMEOUT):
                if _OWN.fullmatch(name) and name != self.name:
                    MilvusCollection(self.client, self.uri, name)._drop()

    def _drop(self) -> None:
        with reported(self.uri):
            self.client.drop_collection(self.name, timeout=TIMEOUT)

    def _upsert(self, records: Sequence[Mapping[str, Any]]) -> None:
        for start in range(0, len(records), _WRITTEN):
            with reported(self.uri):
                some = [dict(one) for one in records[start : start + _WRITTEN]]
                self.client.upsert(self.name, some, timeout=TIMEOUT)
