"""One poll of one source: list, choose, read, diff, save with the new events pending, publish, clear.

Events leave only after the snapshot that holds them is stored, so a run that dies anywhere loses nothing: what it
stored but did not publish goes out with the next run, under the same ids.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lambdas.orders.events import UPDATED, Observation
from lambdas.orders.observability import logger
from lambdas.orders.order import is_settled
from lambdas.orders.snapshot import Snapshot, observe
from lambdas.orders.snapshot_table import BATCH_GET_ITEMS, SnapshotTable, SourceState
from lambdas.orders.timestamps import from_iso8601, to_iso8601
from lambdas.poll.choice import orders_to_read
from lambdas.poll.event_bus import EventBus
from lambdas.poll.outposts import CONCURRENT_READS, digest, get_order, list_orders
from lambdas.poll.source import Source

if TYPE_CHECKING:
    from mypy_boto3_outposts.client import OutpostsClient


@dataclass(slots=True)
class Summary:
    """What a run did: the summary that poll returns (contract, part 2), and two counts more for its metrics."""

    source: str
    orders_listed: int = 0
    orders_read: int = 0
    orders_in_flight: int = 0
    orders_changed: int = 0
    events_published: int = 0
    transitions_published: int = 0
    events_pending: int = 0
    failures: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Give the contract's summary."""
        return {
            "source": self.source,
            "ordersListed": self.orders_listed,
            "ordersRead": self.orders_read,
            "ordersChanged": self.orders_changed,
            "eventsPublished": self.events_published,
            "eventsPending": self.events_pending,
            "failures": [{"orderId": order_id, "error": error} for order_id, error in self.failures.items()],
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of reading one order: the snapshot now stored, None where another run stored meanwhile."""

    order_id: str
    snapshot: Snapshot | None
    read: bool = False
    changed: bool = False
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll's surroundings.

    Attributes:
        source: What to watch.
        outposts: The client to read it with.
        table: Where the snapshots are.
        bus: Where the events go.
        clock: Gives the time, aware.
    """

    source: Source
    outposts: "OutpostsClient"
    table: SnapshotTable
    bus: EventBus
    clock: Callable[[], datetime]

    def run(self) -> Summary:
        """Poll the source: every order that is new, in flight, changed by its summary, or due for its daily read.

        An order that cannot be read, stored or published is named in the summary's failures and stops no other.

        Raises:
            botocore.exceptions.ClientError: ListOrders or the snapshot table refused.
            botocore.exceptions.PaginationError: ListOrders gave the same token twice.
        """
        began, state = self.clock(), self.table.source_state(self.source.name)
        orders = list_orders(self.outposts, self.source.outpost_ids)
        listed = {order["OrderId"]: digest(order) for order in orders if "OrderId" in order}
        known = self.table.known(self.source.account, self.source.region)
        last = from_iso8601(state.polled_at) if state.polled_at else None
        baseline = state.baseline_left if state.baseline_at else listed.keys() - known.keys()
        summary = self._poll(orders_to_read(listed, known, last, began), listed, baseline)
        self.table.save_source_state(
            self.source.name,
            SourceState(
                baseline_at=state.baseline_at or to_iso8601(began),
                baseline_left=frozenset(baseline & summary.failures.keys()),
                polled_at=to_iso8601(began),
            ),
        )
        return summary

    def run_only(self, order_ids: Sequence[str]) -> Summary:
        """Poll the given orders and no others, without listing. Failures as with `run`."""
        return self._poll(order_ids, listed={}, baseline=frozenset())

    def _poll(self, order_ids: Sequence[str], listed: Mapping[str, bytes], baseline: AbstractSet[str]) -> Summary:
        summary = Summary(self.source.name, orders_listed=len(listed))
        with ThreadPoolExecutor(CONCURRENT_READS) as threads:
            for start in range(0, len(order_ids), BATCH_GET_ITEMS):
                chunk = order_ids[start : start + BATCH_GET_ITEMS]
                stored = self.table.load(chunk)
                reads = [
                    threads.submit(self._read, order_id, stored.get(order_id), listed.get(order_id, b""), baseline)
                    for order_id in chunk
                ]
                outcomes = [read.result() for read in reads]
                _add(summary, outcomes)
                self._publish(outcomes, summary)
        return summary

    def _read(self, order_id: str, stored: Snapshot | None, listed_as: bytes, baseline: AbstractSet[str]) -> Outcome:
        """Read one order and store what changed. Runs in a thread."""
        try:
            order = get_order(self.outposts, order_id)
            observation = Observation(
                self.source.account, self.source.region, to_iso8601(self.clock()), order_id in baseline
            )
            snapshot = observe(stored, order, observation, listed_as)
            if snapshot is None:
                return Outcome(order_id, stored, read=True)
            if not self.table.save(snapshot):
                logger.info("Another run stored this order meanwhile", correlation_id=order_id)
                return Outcome(order_id, None, read=True)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one order must not stop the others
            logger.exception("This order could not be read or stored", correlation_id=order_id)
            return Outcome(order_id, stored, error=f"{type(error).__name__}: {error}")
        changed = stored is None or snapshot.sequence > stored.sequence
        return Outcome(order_id, snapshot, read=True, changed=changed)

    def _publish(self, outcomes: Sequence[Outcome], summary: Summary) -> None:
        """Publish what is pending of some orders, and clear it where all of it arrived."""
        pending = {
            outcome.order_id: outcome.snapshot for outcome in outcomes if outcome.snapshot and outcome.snapshot.pending
        }
        published = self.bus.publish({order_id: snapshot.pending for order_id, snapshot in pending.items()})
        for order_id, snapshot in pending.items():
            arrived = snapshot.pending[: published.counts[order_id]]
            summary.events_published += len(arrived)
            summary.transitions_published += sum(event.detail_type != UPDATED for event in arrived)
            summary.events_pending += len(snapshot.pending) - len(arrived)
            if len(arrived) == len(snapshot.pending):
                self.table.clear_pending(order_id, snapshot.version)
        for order_id, error in published.errors.items():
            logger.error("Events of this order stay pending", correlation_id=order_id, error=error)
            summary.failures.setdefault(order_id, error)


def _add(summary: Summary, outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        summary.orders_read += outcome.read
        summary.orders_changed += outcome.changed
        summary.orders_in_flight += outcome.snapshot is not None and not is_settled(outcome.snapshot.order)
        if outcome.error:
            summary.failures[outcome.order_id] = outcome.error
