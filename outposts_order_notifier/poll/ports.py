"""What a poll needs around it: in AWS a table and a bus; a preview's own, on one machine, do as well."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from outposts_order_notifier.domain.events import Event
from outposts_order_notifier.domain.snapshot import Snapshot
from outposts_order_notifier.poll.event_bus import Published
from outposts_order_notifier.store.records import Known, Loaded, SourceState


class Snapshots(Protocol):
    """Where the snapshots are; what each method does is said at `outposts_order_notifier.store.table.SnapshotTable`."""

    def known(self, account: str, region: str) -> dict[str, Known]:
        """Say what is known of each order of an account and region, by order id."""

    def load(self, order_ids: Iterable[str]) -> Loaded:
        """Load the snapshots of some orders, so that they can be written again."""

    def save(self, snapshot: Snapshot) -> bool:
        """Write a snapshot and its pending events at once; False where another run stored meanwhile."""

    def clear_pending(self, order_id: str, version: int) -> bool:
        """Forget the pending events of a snapshot; False where another run stored meanwhile."""

    def source_state(self, name: str) -> SourceState:
        """Load what is remembered of a source."""

    def begin_baseline(self, name: str, state: SourceState) -> SourceState:
        """Remember what a source's first poll listed; gives what is remembered."""

    def save_source_state(self, name: str, state: SourceState) -> None:
        """Remember a source's state."""


class Bus(Protocol):
    """Where the events go."""

    def publish(self, pending: Mapping[str, Sequence[Event]], may_go_on: Callable[[], bool]) -> Published:
        """Publish the events of some orders, given in sequence by order id."""
