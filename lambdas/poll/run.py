"""One poll of one source: list, choose, read, diff, save with the new events pending, publish, clear.

Events leave only after the snapshot that holds them is stored, so a run that dies anywhere loses nothing: what it
stored but did not publish goes out with the next run, under the same ids.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeGuard

from lambdas.orders.events import UPDATED, Observation
from lambdas.orders.observability import count, logger
from lambdas.orders.order import Order, is_settled
from lambdas.orders.snapshot import Snapshot, observe
from lambdas.orders.snapshot_table import BATCH_GET_ITEMS, Known, Loaded, SnapshotTable, SourceState
from lambdas.orders.timestamps import from_iso8601, to_iso8601
from lambdas.poll.choice import orders_gone_missing, orders_to_read
from lambdas.poll.event_bus import EventBus
from lambdas.poll.outposts import CONCURRENT_READS, digest, get_order, list_orders
from lambdas.poll.source import Source

if TYPE_CHECKING:
    from mypy_boto3_outposts.client import OutpostsClient


MAX_ORDER_ID = 255  # characters, by the API's model
PUBLISH_SECONDS = 5  # after which what was read until then is published
LISTING = None  # what failed to be listed has no order id


@dataclass(slots=True)
class Summary:
    """What a run did: the summary that poll returns (contract, part 2), and two counts more for its metrics.

    A failure is named by the id of the order that it befell; one of ListOrders itself by null.
    """

    source: str
    orders_listed: int = 0
    orders_read: int = 0
    orders_in_flight: int = 0
    orders_changed: int = 0
    events_published: int = 0
    transitions_published: int = 0
    events_pending: int = 0
    failures: dict[str | None, str] = field(default_factory=dict)

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
class Plan:
    """Which orders a run takes up, and what it goes by.

    Attributes:
        read: To be read from the API.
        missing: To be told missing.
        publish: Neither, but events of them are pending.
        listed: Digest of each listed order's summary.
        known: What the index knew before the listing began.
        baseline: The orders that the source's first poll finds.
    """

    read: Sequence[str]
    missing: AbstractSet[str] = frozenset()
    publish: AbstractSet[str] = frozenset()
    listed: Mapping[str, bytes] = field(default_factory=dict)
    known: Mapping[str, Known] = field(default_factory=dict)
    baseline: AbstractSet[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of taking up one order: the snapshot now stored, None where another run stored meanwhile."""

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

        An order that cannot be read, stored or published is named in the summary's failures and stops no other. Where
        ListOrders fails, what it named until then is read all the same, but the listing counts for nothing else: no
        order is called missing by it, and the source's first poll is not over.

        What is known is asked for before the listing: an order that a run beside this one stores in between would
        look missing otherwise.

        Raises:
            botocore.exceptions.ClientError: The snapshot table refused to tell what is known.
        """
        began, state = self.clock(), self.table.source_state(self.source.name)
        known = self.table.known(self.source.account, self.source.region)
        summary = Summary(self.source.name)
        listed = self._list(summary)
        complete = LISTING not in summary.failures
        if complete and not state.baseline_at:
            found = frozenset(listed.keys() - known.keys())
            state = self.table.begin_baseline(self.source.name, SourceState(to_iso8601(began), found))
        last = from_iso8601(state.polled_at) if state.polled_at else None
        missing = orders_gone_missing(listed, known, self.source.outpost_ids) if complete and last else []
        pending = {order_id for order_id, order in known.items() if order.pending}
        plan = Plan(
            read=orders_to_read(listed, known, last, began),
            missing=frozenset(missing),
            publish=pending - listed.keys() - set(missing),
            listed=listed,
            known=known,
            baseline=state.baseline_left if state.baseline_at else listed.keys() - known.keys(),
        )
        self._carry_out(plan, summary)
        if complete:
            self.table.save_source_state(
                self.source.name,
                SourceState(
                    baseline_at=state.baseline_at,
                    baseline_left=frozenset(plan.baseline & summary.failures.keys()),
                    polled_at=to_iso8601(began),
                ),
            )
        return summary

    def run_only(self, order_ids: Sequence[str]) -> Summary:
        """Poll the given orders and no others, without listing. Failures as with `run`.

        Raises:
            ValueError: They are not a list of order ids.
        """
        if not isinstance(order_ids, list) or not all(map(_is_order_id, order_ids)):
            raise ValueError(f"orderIds is {order_ids!r}; it is a list of order ids, such as ['oo-0123456789abcdef0']")
        summary = Summary(self.source.name)
        self._carry_out(Plan(read=list(dict.fromkeys(order_ids))), summary)
        return summary

    def _list(self, summary: Summary) -> dict[str, bytes]:
        """List the orders, each Outpost's by itself where the source is limited to some; failures go to the summary."""
        listed: dict[str, bytes] = {}
        errors = []
        limits: list[tuple[str, ...]] = [(outpost_id,) for outpost_id in self.source.outpost_ids] or [()]
        for outpost_ids in limits:
            try:
                for order in list_orders(self.outposts, outpost_ids):
                    if _is_order_id(order_id := order.get("OrderId")):
                        listed[order_id] = digest(order)
                    else:
                        errors.append(f"ListOrders named an order with the id {str(order_id)[:100]}")
            except Exception as error:  # noqa: BLE001 - whatever a page holds, the pages before it count
                logger.exception("Orders could not be listed", source=self.source.name, outpost_ids=outpost_ids)
                errors.append(f"{type(error).__name__}: {error}")
        if errors:
            summary.failures[LISTING] = "; ".join(errors[:10])
        summary.orders_listed = len(listed)
        return listed

    def _carry_out(self, plan: Plan, summary: Summary) -> None:
        order_ids = [*plan.read, *sorted(plan.missing), *sorted(plan.publish)]
        with ThreadPoolExecutor(CONCURRENT_READS) as threads:
            for start in range(0, len(order_ids), BATCH_GET_ITEMS):
                chunk = order_ids[start : start + BATCH_GET_ITEMS]
                loaded = self.table.load(chunk)
                _report_loaded(loaded)
                _add(summary, [Outcome(order_id, None, error=error) for order_id, error in loaded.errors.items()])
                under_way = [
                    threads.submit(self._take_up, order_id, loaded.snapshots.get(order_id), plan)
                    for order_id in chunk
                    if order_id not in loaded.errors
                ]
                while under_way:
                    # What is done does not wait for an order that answers slowly.
                    done = wait(under_way, timeout=PUBLISH_SECONDS).done
                    outcomes = [each.result() for each in under_way if each in done]
                    under_way = [each for each in under_way if each not in done]
                    _add(summary, outcomes)
                    self._publish(outcomes, summary, threads)

    def _take_up(self, order_id: str, stored: Snapshot | None, plan: Plan) -> Outcome:
        """Read one order, or find it missing, and store what changed. Runs in a thread."""
        read = order_id not in plan.missing and order_id not in plan.publish
        try:
            if read:
                order = get_order(self.outposts, order_id)
                if order_id not in plan.listed:
                    self._check_outpost(order)
            elif stored and order_id in plan.missing:
                order = stored.order
            else:
                return Outcome(order_id, stored)
            snapshot = observe(
                stored,
                order,
                Observation(
                    account=self.source.account,
                    region=self.source.region,
                    observed_at=to_iso8601(self.clock()),
                    baseline=stored is None and order_id in plan.baseline,
                ),
                plan.listed.get(order_id, b""),
                listed=_listed(order_id, stored, plan),
            )
            if snapshot is None:
                return Outcome(order_id, stored, read=read)
            if not self.table.save(snapshot):
                logger.info("Another run stored this order meanwhile", correlation_id=order_id)
                return Outcome(order_id, None, read=read)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one order must not stop the others
            logger.exception("This order could not be read or stored", correlation_id=order_id)
            return Outcome(order_id, stored, error=f"{type(error).__name__}: {error}")
        changed = stored is None or snapshot.sequence > stored.sequence
        return Outcome(order_id, snapshot, read=read, changed=changed)

    def _check_outpost(self, order: Order) -> None:
        """Refuse an order that was not listed, as GetOrder reads any Outpost's, also those of other sources."""
        outpost_ids, outpost_id = self.source.outpost_ids, order.get("OutpostId")
        if outpost_ids and outpost_id not in outpost_ids:
            raise ValueError(f"it is of the Outpost {outpost_id}; this source watches {', '.join(outpost_ids)} alone")

    def _publish(self, outcomes: Sequence[Outcome], summary: Summary, threads: ThreadPoolExecutor) -> None:
        """Publish what is pending of some orders, and clear it where all of it arrived."""
        pending = {
            outcome.order_id: outcome.snapshot for outcome in outcomes if outcome.snapshot and outcome.snapshot.pending
        }
        published = self.bus.publish({order_id: snapshot.pending for order_id, snapshot in pending.items()})
        arrived_whole = {}
        for order_id, snapshot in pending.items():
            arrived = snapshot.pending[: published.counts[order_id]]
            summary.events_published += len(arrived)
            summary.transitions_published += sum(event.detail_type != UPDATED for event in arrived)
            summary.events_pending += len(snapshot.pending) - len(arrived)
            if len(arrived) == len(snapshot.pending):
                arrived_whole[order_id] = snapshot
        for order_id, error in threads.map(self._clear, arrived_whole.items()):
            if error:
                summary.failures.setdefault(order_id, error)
        for order_id, error in published.errors.items():
            logger.error("Events of this order stay pending", correlation_id=order_id, error=error)
            summary.failures.setdefault(order_id, error)

    def _clear(self, published: tuple[str, Snapshot]) -> tuple[str, str | None]:
        """Clear what was published of an order; gives its id, and why it could not be done. Runs in a thread."""
        order_id, snapshot = published
        try:
            self.table.clear_pending(order_id, snapshot.version)
        except Exception as error:  # noqa: BLE001 - it must not stop the other orders
            logger.exception("Published events of this order stay pending", correlation_id=order_id)
            return order_id, f"published, and published again next time: {error}"
        return order_id, None


def _is_order_id(value: object) -> TypeGuard[str]:
    """Whether DynamoDB takes it as a key, and it is no other kind of item's."""
    return isinstance(value, str) and 0 < len(value) <= MAX_ORDER_ID and "#" not in value


def _listed(order_id: str, stored: Snapshot | None, plan: Plan) -> bool | None:
    """What the listing says of an order; None where another run stored since, which may know better."""
    known = plan.known.get(order_id)
    if known is None or stored is None or known.version != stored.version:
        return None
    return order_id in plan.listed


def _report_loaded(loaded: Loaded) -> None:
    for order_id, error in loaded.errors.items():
        logger.error("This order's snapshot could not be loaded", correlation_id=order_id, error=error)
    damaged = {order_id: snapshot for order_id, snapshot in loaded.snapshots.items() if snapshot.damage}
    for order_id, snapshot in damaged.items():
        logger.error("A damaged snapshot was set aside", correlation_id=order_id, damage=snapshot.damage)
    if damaged:
        count(SnapshotsSetAside=len(damaged))


def _add(summary: Summary, outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        summary.orders_read += outcome.read
        summary.orders_changed += outcome.changed
        summary.orders_in_flight += _is_in_flight(outcome.snapshot)
        if outcome.error:
            summary.failures[outcome.order_id] = outcome.error


def _is_in_flight(snapshot: Snapshot | None) -> bool:
    return snapshot is not None and not snapshot.missing and not is_settled(snapshot.order)
