"""Stores snapshots in a SQLite file, as the deployed notifier stores them in its table.

As in the table, a snapshot and its pending events are written atomically, on condition that no other run stored the
order in the meantime.
"""

import json
import sqlite3
import threading
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from outposts_order_notifier.domain.durations import Ended
from outposts_order_notifier.domain.snapshot import Snapshot
from outposts_order_notifier.store.items import Item, items_of, part_ids, snapshot_of
from outposts_order_notifier.store.records import Known, Loaded, SourceState, StoredNames
from outposts_order_notifier.store.table import known_of

FILE_NAME = "snapshots.sqlite3"


class SnapshotFolder:
    """The snapshots in a folder, or in memory.

    Args:
        folder: The file's folder, which is created if necessary; None to keep the snapshots in memory.

    Raises:
        BlockingIOError: Another process uses the folder, so each would publish only some of the events.
        OSError: The folder cannot be created or written to.
        sqlite3.Error: The file cannot be used.
    """

    def __init__(self, folder: Path | None) -> None:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._database = sqlite3.connect(
            folder / FILE_NAME if folder else ":memory:",
            check_same_thread=False,
            timeout=0,
        )
        try:
            self._own()
        except BaseException:
            self._database.close()
            raise

    def _own(self) -> None:
        """Lock the file until it is closed; SQLite releases the lock if the process is killed, on every system."""
        self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
        try:
            self._database.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                raise BlockingIOError(error.sqlite_errorcode, str(error)) from error
            raise
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS items (id TEXT PRIMARY KEY, source TEXT, item TEXT NOT NULL)"
        )
        self._database.commit()

    def close(self) -> None:
        """Close the file, so that another process can use the folder."""
        self._database.close()

    def _get(self, name: str) -> Item | None:
        found = self._database.execute("SELECT item FROM items WHERE id = ?", (name,)).fetchone()
        return _item(found[0]) if found else None

    def _put(self, name: str, source: str | None, item: Item) -> None:
        text = json.dumps(item, default=lambda data: b64encode(data).decode())
        self._database.execute("INSERT OR REPLACE INTO items VALUES (?, ?, ?)", (name, source, text))

    def known(self, account: str, region: str) -> dict[str, Known]:
        """Return what is known about each order of an account and region, by order id."""
        with self._lock:
            rows = self._database.execute("SELECT id, item FROM items WHERE source = ?", (f"{account}/{region}",))
            return {order_id: known_of(_item(text)) for order_id, text in rows}

    def load(self, order_ids: Iterable[str]) -> Loaded:
        """Load the snapshots of some orders; omit an order that has none."""
        loaded = Loaded({}, {})
        for order_id in order_ids:
            with self._lock:
                item = self._get(order_id)
                parts = {name: part for name in part_ids(item) if (part := self._get(name))} if item else {}
            try:
                if item:
                    loaded.snapshots[order_id] = snapshot_of(item, parts)
            except Exception as error:  # noqa: BLE001 - one order must not stop the others
                loaded.errors[order_id] = f"{type(error).__name__}: {error}"
        return loaded

    def save(self, snapshot: Snapshot) -> bool:
        """Write a snapshot with its pending events; return False if another run stored the order in the meantime."""
        item, *parts = items_of(snapshot)
        with self._lock, self._database:  # one transaction
            if (stored := self._get(snapshot.order_id)) and known_of(stored).version != snapshot.version - 1:
                return False
            self._put(snapshot.order_id, snapshot.source, item)
            for part in parts:
                self._put(part["id"]["S"], None, part)
        return True

    def clear_pending(self, order_id: str, version: int) -> bool:
        """Clear a snapshot's pending events; return False if another run stored the order in the meantime."""
        with self._lock, self._database:  # one transaction
            item = self._get(order_id)
            if item is None or known_of(item).version != version:
                return False
            kept = {name: value for name, value in item.items() if name != "events"}
            self._put(order_id, item["source"]["S"], kept | {"pending": {"N": "0"}})
        return True

    def count_durations(self, ended: Collection[Ended]) -> str:  # noqa: ARG002 - the port's
        """Count nothing: a preview shows no durations."""
        return ""

    def source_state(self, name: str) -> SourceState:
        """Load the state of a source."""
        with self._lock:
            kept = self._get(f"source#{name}") or {}
        values: Any = {key: frozenset(value) if isinstance(value, list) else value for key, value in kept.items()}
        return SourceState(**values)

    def begin_baseline(self, name: str, state: SourceState) -> SourceState:
        """Save the state of a source's first poll, unless there is one; return the saved state."""
        before = self.source_state(name)
        if before.baseline_at:
            return before
        self.save_source_state(name, state)
        return state

    def save_source_state(self, name: str, state: SourceState) -> None:
        """Save the state of a source."""
        values = {field.name: getattr(state, field.name) for field in fields(state)}
        kept = {key: sorted(value) if isinstance(value, frozenset) else value for key, value in values.items()}
        with self._lock, self._database:  # one transaction
            before = self._get(f"source#{name}") or {}
            self._put(f"source#{name}", None, before | {key: value for key, value in kept.items() if value is not None})

    def names(self, source: str) -> StoredNames:
        """Return the names that were last looked up for a source."""
        with self._lock:
            kept = self._get(f"names#{source}")
        return StoredNames(kept["names"], kept["at"], tuple(kept["denied"])) if kept else StoredNames()

    def save_names(self, source: str, names: StoredNames) -> None:
        """Save what was looked up for a source."""
        with self._lock, self._database:  # one transaction
            self._put(f"names#{source}", None, asdict(names))


def _item(text: str) -> Item:
    item: Item = json.loads(text, object_hook=_with_bytes)
    return item


def _with_bytes(value: dict[str, Any]) -> dict[str, Any]:
    return {"B": b64decode(value["B"])} if value.keys() == {"B"} else value
