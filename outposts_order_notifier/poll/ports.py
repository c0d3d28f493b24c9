"""The interfaces of the store and the bus: in AWS, a table and a bus; for `preview`, a folder and the terminal."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol

from outposts_order_notifier.domain.durations import Ended
from outposts_order_notifier.domain.events import Event
from outposts_order_notifier.domain.snapshot import Snapshot
from outposts_order_notifier.poll.event_bus import Published
from outposts_order_notifier.store.records import Known, Loaded, SourceState


class Snapshots(Protocol):
    """A store of snapshots; `outposts_order_notifier.store.table.SnapshotTable` documents the methods."""

    def known(self, account: str, region: str) -> dict[str, Known]:
        """Return the index entries of an account and region, by order id."""

    def load(self, order_ids: Iterable[str]) -> Loaded:
        """Return snapshots to be updated."""

    def save(self, snapshot: Snapshot) -> bool:
        """Write a snapshot and its pending events; return False if another run stored a version meanwhile."""

    def clear_pending(self, order_id: str, version: int) -> bool:
        """Clear a snapshot's pending events; return False if another run stored a version meanwhile."""

    def count_durations(self, ended: Collection[Ended]) -> str:
        """Count orders that have ended, each once; return what was damaged."""

    def source_state(self, name: str) -> SourceState:
        """Return the state of a source."""

    def begin_baseline(self, name: str, state: SourceState) -> SourceState:
        """Store what a source's first poll listed; return the stored state."""

    def save_source_state(self, name: str, state: SourceState) -> None:
        """Store a source's state."""


class Bus(Protocol):
    """A bus."""

    def publish(self, pending: Mapping[str, Sequence[Event]], may_go_on: Callable[[], bool]) -> Published:
        """Publish the events of some orders; `EventBus` documents it."""
