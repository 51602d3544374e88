"""The one door to a Milvus: its client, its errors in our words, collections and rows.

A call waits `library.timeout` seconds at most, a write longer. The client connects again by itself,
so a call after a lost connection is like any other. What is read is what was written before by
anybody ("Strong"): a generation must give the same answers on every server.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from rag.errors import (
    ExtraMissing,
    IndexServerError,
    IndexServerFailed,
    IndexServerOld,
    IndexServerRefused,
    IndexServerTaken,
    IndexServerUnreachable,
)
from rag.settings import LibrarySettings

Row = dict[str, Any]
AT_ONCE = 16_384
"""Rows that Milvus gives in one reply at most."""
_OLDEST = (2, 5)
_WRITTEN = 500
_PATIENCE = 12
"""How much longer than a search a write may take."""
_STRONG = "Strong"
_VERSION = re.compile(r"(\d+)\.(\d+)")
_REFUSED = re.compile(r"auth|permission|privilege|rate limit|quota|denied", re.IGNORECASE)
_LOST = re.compile(r"connect|unavailable|deadline|timed? ?out|retry run out|socket", re.IGNORECASE)
_PUT_ASIDE = re.compile(r"not loaded|released|call load", re.IGNORECASE)
_LONGEST_REASON = 300
_CHANNEL = {
    "grpc.use_local_subchannel_pool": 1,
    "grpc.initial_reconnect_backoff_ms": 200,
    "grpc.min_reconnect_backoff_ms": 200,
    "grpc.max_reconnect_backoff_ms": 1000,
    "grpc.keepalive_permit_without_calls": 0,
    "grpc.keepalive_time_ms": 60_000,
}
"""After a lost connection the very next call tries again; who asks nothing sends nothing."""
_LOGGERS = ("pymilvus", "pymilvus.milvus_client", "milvus_lite")


@dataclass(frozen=True, slots=True)
class Field:
    """A column: `kind` names one of Milvus's types, `options` go with it as they are."""

    name: str
    kind: str
    options: Mapping[str, Any]
    index: str | None = None
    metric: str | None = None
    parameters: Mapping[str, int] = field(default_factory=dict)
    engine_only: bool = False
    """An index that Milvus Lite does not have, and does without."""


class MilvusServer:
    """A Milvus, or a Milvus Lite in this process. Safe for many threads; connects when first asked.

    Raises:
        ExtraMissing: the client is not installed.
    """

    def __init__(self, settings: LibrarySettings) -> None:
        self.settings = settings
        needed = ["pymilvus", *(["milvus_lite"] if settings.is_local else [])]
        for package in needed:
            if importlib.util.find_spec(package) is None:
                raise ExtraMissing(setting="library.url", package=package, extra="milvus")
        self._guard = threading.Lock()
        self._connected: Any = None
        self._is_lite = settings.is_local

    @property
    def _client(self) -> Any:
        with self._guard:
            if self._connected is None:
                self._connected = self._connect()
            return self._connected

    def _connect(self) -> Any:
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # its own lines on standard error
        with self._translated(connecting=True):
            from pymilvus import MilvusClient

            for name in _LOGGERS:  # what they log, with tracebacks, is told by our errors
                logging.getLogger(name).setLevel(logging.CRITICAL + 1)
            if self.settings.is_local:
                Path(self.settings.url).absolute().parent.mkdir(parents=True, exist_ok=True)
            client = MilvusClient(
                self.settings.url,
                token=self.settings.token,
                timeout=self.settings.timeout,
                grpc_options=dict(_CHANNEL),
            )
            found = str(client.get_server_version(timeout=self.settings.timeout))
        self._is_lite = "lite" in found.lower()
        number = _VERSION.search(found)
        if not number or (int(number[1]), int(number[2])) < _OLDEST:
            needed = ".".join(map(str, _OLDEST))
            raise IndexServerOld(url=self.settings.url, found=found, needed=needed)
        return client

    def has(self, collection: str) -> bool:
        """Whether there is such a collection."""
        client = self._client
        with self._translated():
            return bool(client.has_collection(collection, timeout=self.settings.timeout))

    def create(self, collection: str, fields: Sequence[Field]) -> None:
        """Make a collection, ready to be searched, or what is missing of one."""
        client = self._client
        with self._translated():
            from pymilvus import DataType, MilvusClient

            schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
            indexes = MilvusClient.prepare_index_params()
            for column in fields:
                options = dict(column.options)
                if "element_type" in options:
                    options["element_type"] = DataType[options["element_type"]]
                schema.add_field(column.name, DataType[column.kind], **options)
                if column.index and not (column.engine_only and self._is_lite):
                    how = {"metric_type": column.metric, "params": dict(column.parameters)}
                    indexes.add_index(
                        column.name, index_type=column.index, **(how if column.metric else {})
                    )
            wait = self.settings.timeout * _PATIENCE
            if not client.has_collection(collection, timeout=wait):
                client.create_collection(
                    collection, schema=schema, consistency_level=_STRONG, timeout=wait
                )
            if not client.list_indexes(collection, timeout=wait):
                client.create_index(collection, indexes, timeout=wait, sync=False)
            client.load_collection(collection, timeout=wait)

    def drop(self, collection: str) -> None:
        """Remove a collection; nothing happens where there is none."""
        client = self._client
        with self._translated():
            client.drop_collection(collection, timeout=self.settings.timeout)

    def search(
        self,
        collection: str,
        field: str,
        vector: Any,
        expression: str,
        limit: int,
        *,
        effort: Mapping[str, int],
    ) -> list[tuple[int, float]]:
        """Passages' rows with the inner product, the largest first."""
        (found,) = self._read(
            "search",
            collection,
            data=[vector],
            anns_field=field,
            filter=expression,
            limit=min(limit, AT_ONCE),
            output_fields=["passage"],
            search_params={"metric_type": "IP", "params": dict(effort)},
        )
        return [(int(hit["entity"]["passage"]), float(hit["distance"])) for hit in found]

    def query(
        self, collection: str, expression: str, fields: Sequence[str], limit: int = AT_ONCE
    ) -> list[Row]:
        """At most `limit` rows that an expression admits."""
        rows = self._read(
            "query", collection, filter=expression, output_fields=list(fields), limit=limit
        )
        return [dict(row) for row in rows]

    def count(self, collection: str, expression: str) -> int:
        """How many rows an expression admits."""
        (row,) = self._read(
            "query", collection, _PATIENCE, filter=expression, output_fields=["count(*)"]
        )
        return int(row["count(*)"])

    def rows(self, collection: str, expression: str, fields: Sequence[str]) -> Iterator[Row]:
        """All rows that an expression admits, a reply's worth at a time."""
        pages = self._read(
            "query_iterator",
            collection,
            _PATIENCE,
            batch_size=AT_ONCE // 4,
            filter=expression,
            output_fields=list(fields),
        )
        with self._translated():
            try:
                while page := pages.next():
                    yield from (dict(row) for row in page)
            finally:
                pages.close()

    def _read(self, verb: str, collection: str, patience: int = 1, **options: Any) -> Any:
        """What a method of the client gives; a collection that was put aside is fetched first."""
        client = self._client
        with self._translated():
            from pymilvus.exceptions import MilvusException

            read = partial(
                getattr(client, verb),
                collection,
                consistency_level=_STRONG,
                timeout=self.settings.timeout * patience,
                **options,
            )
            try:
                return read()
            except MilvusException as error:
                if not _PUT_ASIDE.search(str(error)):
                    raise
                client.load_collection(collection, timeout=self.settings.timeout * _PATIENCE)
                return read()

    def upsert(self, collection: str, rows: Sequence[Row]) -> None:
        """Write rows; those of the same key are replaced."""
        client = self._client
        with self._translated():
            for start in range(0, len(rows), _WRITTEN):
                client.upsert(
                    collection,
                    list(rows[start : start + _WRITTEN]),
                    timeout=self.settings.timeout * _PATIENCE,
                )

    def delete(self, collection: str, expression: str) -> None:
        """Delete the rows that an expression admits."""
        client = self._client
        with self._translated():
            client.delete(
                collection,
                filter=expression,
                timeout=self.settings.timeout * _PATIENCE,
            )

    @contextmanager
    def _translated(self, *, connecting: bool = False) -> Iterator[None]:
        """The client's errors as ours."""
        import grpc
        from pymilvus.exceptions import MilvusException

        try:
            yield
        except (MilvusException, grpc.RpcError, grpc.FutureTimeoutError, OSError) as error:
            raise self._error(error, connecting=connecting) from error

    def _error(self, error: Exception, *, connecting: bool) -> IndexServerError:
        said = str(getattr(error, "message", "") or error)
        reason = said.splitlines()[0][:_LONGEST_REASON] if said else type(error).__name__
        if connecting and self.settings.is_local:
            return IndexServerTaken(path=self.settings.url, reason=reason)
        url = self.settings.url
        told = f"{said} {getattr(error, 'code', '')}"
        if _REFUSED.search(told):
            return IndexServerRefused(url=url, reason=reason)
        if connecting or not _is_of_the_server(error) or _LOST.search(told):
            return IndexServerUnreachable(url=url, reason=reason)
        return IndexServerFailed(url=url, reason=reason)


def _is_of_the_server(error: Exception) -> bool:
    """Whether an error came as a reply, with a number of Milvus's own."""
    return isinstance(getattr(error, "code", None), int)
