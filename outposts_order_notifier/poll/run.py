"""One poll of a source: list, choose, read, compare, store with the new events pending, publish, clear.

Events are published only after the snapshot that contains them is stored. So a run that ends at any point loses
nothing: the next run publishes what was stored and not published, with the same event ids.

The durations of an order that has ended are counted before its last events are cleared. So a run that ends in between
leaves them to the next one as well, and a count that is repeated changes nothing.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from outposts_order_notifier.domain.durations import Ended, ended_order
from outposts_order_notifier.domain.event_types import UPDATED
from outposts_order_notifier.domain.events import Observation
from outposts_order_notifier.domain.lineage import links_of
from outposts_order_notifier.domain.order import Order, is_settled
from outposts_order_notifier.domain.snapshot import Snapshot, observe
from outposts_order_notifier.domain.stalled import Thresholds
from outposts_order_notifier.domain.timestamps import to_iso8601
from outposts_order_notifier.poll.event_bus import EVENT_PUBLISHED
from outposts_order_notifier.poll.listing import Listing, is_order_id, list_source
from outposts_order_notifier.poll.plan import Plan, lineage_of, next_state, plan_of
from outposts_order_notifier.poll.ports import Bus, Snapshots
from outposts_order_notifier.poll.summary import LISTING, RunResult
from outposts_order_notifier.poll.workers import Workers, concurrently
from outposts_order_notifier.runtime.observability import count, logger
from outposts_order_notifier.sources.outposts import get_order
from outposts_order_notifier.sources.source import Source
from outposts_order_notifier.store.records import Known, Loaded, SourceState
from outposts_order_notifier.store.table import BATCH_GET_ITEMS
from outposts_order_notifier.wording.hardware import ordered

if TYPE_CHECKING:
    from mypy_boto3_outposts.client import OutpostsClient


MAX_LISTING_ERRORS = 10  # in a summary
# With less than so many seconds left of the function's time, a run starts no more orders; does not wait for those under
# way; and sends no more requests to publish, each of which may take ten seconds.
LAST_START_SECONDS = 45
LAST_WAIT_SECONDS = 20
LAST_PUBLISH_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of processing an order: whether it was read, has new events, or could not be read or stored.

    `snapshot` is the stored snapshot, or None if another run stored one meanwhile.
    """

    order_id: str
    snapshot: Snapshot | None
    read: bool = False
    changed: bool = False
    error: str | None = None

    def result(self) -> RunResult:
        """Return it as a part of the run's result."""
        snapshot = self.snapshot
        return RunResult(
            orders_read=int(self.read),
            orders_changed=int(self.changed),
            orders_in_flight=int(snapshot is not None and not snapshot.missing and not is_settled(snapshot.order)),
            failures={self.order_id: self.error} if self.error else {},
        )


@dataclass(frozen=True, slots=True)
class Poll:
    """Polls a source.

    `clock` returns the current time with its time zone, `seconds_left` how much is left of the function's time, and
    `names` what people call an order's ids. `thresholds` returns how long each status of an order may last.
    """

    source: Source
    outposts: "OutpostsClient"
    table: Snapshots
    bus: Bus
    clock: Callable[[], datetime]
    seconds_left: Callable[[], float] = lambda: math.inf
    thresholds: Callable[[Order], Thresholds] = lambda _: Thresholds()
    names: Callable[[Order], Mapping[str, str]] = lambda _: {}

    def run(self) -> RunResult:
        """Poll every order that is new, in flight, changed in ListOrders, or due for its daily read.

        - An order that cannot be read, stored or published is a failure, and does not stop any other order.
        - If ListOrders fails, the orders that it returned before are polled. But none is reported as missing, and a
          first poll is not over.
        - If ListOrders names none of the known orders, they are reported as missing only if the next complete listing
          does not name them either.
        - The index is read before the listing. Otherwise, an order that a concurrent run stores in between would look
          as if it were missing.

        Raises:
            botocore.exceptions.ClientError: The snapshot table could not be read.
        """
        began = self.clock()
        known, state = self._stored()
        listing = list_source(self.outposts, self.source, self._may_begin)
        if not listing.errors and not state.baseline_at:
            state = self._begin_baseline(state, listing, known, began)
        plan = plan_of(listing, known, state, self.source.outpost_ids, began)
        if plan.doubted:
            orders = len(plan.doubted)
            logger.warning("ListOrders names none of the known orders; a second listing decides", orders=orders)
        processed, left = self._carry_out(plan)
        result = _result_of(listing) + processed
        counted = state.durations_counted or self._count_earlier(known)
        following = next_state(state, plan, result.failures, left, began)
        self.table.save_source_state(self.source.name, replace(following, durations_counted=counted))
        return result

    def run_only(self, order_ids: Sequence[str]) -> RunResult:
        """Poll the given orders only, without a listing. Failures are those of `run`.

        Raises:
            ValueError: They are not a list of order ids.
            botocore.exceptions.ClientError: The snapshot table could not be read.
        """
        if not isinstance(order_ids, list) or not all(map(is_order_id, order_ids)):
            raise ValueError(f"orderIds is {order_ids!r}; it is a list of order ids, such as ['oo-0123456789abcdef0']")
        known = self.table.known(self.source.account, self.source.region)
        plan = Plan(read=list(dict.fromkeys(order_ids)), lineage=lineage_of(known.values()))
        result, left = self._carry_out(plan)
        no_time = "there was no time to read it: request fewer orders at once"
        return result + RunResult(failures=dict.fromkeys(left, no_time))

    def _stored(self) -> tuple[dict[str, Known], SourceState]:
        """Return the index entries and the state of the source, which are read at the same time."""
        with ThreadPoolExecutor(1) as threads:
            state = threads.submit(self.table.source_state, self.source.name)
            return self.table.known(self.source.account, self.source.region), state.result()

    def _begin_baseline(
        self, state: SourceState, listing: Listing, known: Mapping[str, Known], began: datetime
    ) -> SourceState:
        found = frozenset(listing.orders.keys() - known.keys())
        begun = self.table.begin_baseline(self.source.name, SourceState(to_iso8601(began), found))
        return replace(state, baseline_at=begun.baseline_at, baseline_left=begun.baseline_left)

    def _may_begin(self) -> bool:
        return self.seconds_left() >= LAST_START_SECONDS

    def _carry_out(self, plan: Plan) -> tuple[RunResult, list[str]]:
        """Process a plan's orders, several at once; publish the finished ones before more snapshots are loaded.

        If time is short, no more orders are started. Those under way may finish, and are published. The run does not
        wait for one that hangs: if it is stored after all, the next run publishes it.

        Returns:
            The result, and the orders that there was no time for, in sequence.
        """
        result = RunResult()
        with Workers[Outcome](plan.in_sequence(), plan.first, self._may_begin) as workers:
            while workers.have_work():
                chunk = workers.next_chunk()
                loaded = self._load(chunk)
                loadable = [order_id for order_id in chunk if order_id not in loaded.errors]
                workers.begin(loadable, partial(self._process, plan, loaded.snapshots))
                outcomes = workers.finished()
                plan.lineage.add(link for each in outcomes if each.snapshot for link in links_of(each.snapshot.order))
                processed = sum((each.result() for each in outcomes), RunResult(failures=loaded.errors))
                result += processed + self._publish(outcomes)
                if self.seconds_left() < LAST_WAIT_SECONDS:
                    break
            abandoned = workers.abandon()
            for order_id in abandoned:
                logger.error("The run did not wait for this order", correlation_id=order_id)
        left = list(workers.waiting)
        too_late = "it was not read and stored before the function's time was nearly up"
        return result + RunResult(orders_left=len(left), failures=dict.fromkeys(abandoned, too_late)), left

    def _load(self, order_ids: Sequence[str]) -> Loaded:
        """Load the snapshots of some orders, and log what is wrong with them."""
        loaded = self.table.load(order_ids)
        for order_id, error in loaded.errors.items():
            logger.error("This order's snapshot could not be loaded", correlation_id=order_id, error=error)
        damaged = {order_id: snapshot for order_id, snapshot in loaded.snapshots.items() if snapshot.damage}
        for order_id, snapshot in damaged.items():
            logger.error("A damaged snapshot was set aside", correlation_id=order_id, damage=snapshot.damage)
        if damaged:
            count(SnapshotsSetAside=len(damaged))
        return loaded

    def _process(self, plan: Plan, snapshots: Mapping[str, Snapshot], order_id: str) -> Outcome:
        """Read an order, or report it as missing, and store what changed. Runs in a thread."""
        stored = snapshots.get(order_id)
        try:
            order = self._current(order_id, stored, plan)
            return self._store(order_id, stored, order, plan) if order else Outcome(order_id, stored)
        except Exception as error:  # noqa: BLE001 - one order's must not stop the others
            logger.exception("This order could not be read or stored", correlation_id=order_id)
            return Outcome(order_id, stored, error=f"{type(error).__name__}: {error}")

    def _current(self, order_id: str, stored: Snapshot | None, plan: Plan) -> Order | None:
        """Return an order as the API does, or as last seen if it is missing; None if it is only to be published."""
        if order_id in plan.missing:
            return stored.order if stored else None
        if order_id in plan.publish:
            return None
        order = get_order(self.outposts, order_id)
        if order_id not in plan.listed:
            self._check_outpost(order)
        return order

    def _check_outpost(self, order: Order) -> None:
        """Refuse an order of another source: GetOrder, unlike the listing, returns those of any Outpost."""
        outpost_ids, outpost_id = self.source.outpost_ids, order.get("OutpostId")
        if outpost_ids and outpost_id not in outpost_ids:
            raise ValueError(
                f"it is of the Outpost {outpost_id}, but this source is limited to {', '.join(outpost_ids)}"
            )

    def _store(self, order_id: str, stored: Snapshot | None, order: Order, plan: Plan) -> Outcome:
        """Compare an order with its snapshot, and store the next one."""
        observation = Observation(
            account=self.source.account,
            region=self.source.region,
            observed_at=to_iso8601(self.clock()),
            baseline=stored is None and order_id in plan.baseline,
        )
        snapshot = observe(
            stored,
            order,
            observation,
            plan.listed.get(order_id, b""),
            listed=plan.is_listed(order_id, stored),
            lineage=plan.lineage,
            stalled_after=self.thresholds(order),
            names=self.names,
        )
        read = order_id not in plan.missing
        if snapshot is None:
            return Outcome(order_id, stored, read=read)
        if not self.table.save(snapshot):
            logger.info("Another run stored this order meanwhile", correlation_id=order_id)
            return Outcome(order_id, None, read=read)
        changed = stored is None or snapshot.sequence > stored.sequence
        return Outcome(order_id, snapshot, read=read, changed=changed)

    def _publish(self, outcomes: Sequence[Outcome]) -> RunResult:
        """Publish the pending events of some orders, and clear those of orders whose events all arrived."""
        pending = {each.order_id: each.snapshot for each in outcomes if each.snapshot and each.snapshot.pending}
        published = self.bus.publish(
            {order_id: snapshot.pending for order_id, snapshot in pending.items()},
            may_go_on=lambda: self.seconds_left() >= LAST_PUBLISH_SECONDS,
        )
        arrived = {order_id: pending[order_id].pending[:number] for order_id, number in published.counts.items()}
        for order_id, events in arrived.items():
            for event in events:
                logger.info(EVENT_PUBLISHED, correlation_id=order_id, **event.log_fields())
        complete = [snapshot for order_id, snapshot in pending.items() if arrived[order_id] == snapshot.pending]
        not_counted = self._count(complete)
        counted = [snapshot for snapshot in complete if snapshot.order_id not in not_counted]
        not_cleared = {order_id: error for order_id, error in concurrently(self._clear, counted) if error}
        for order_id, error in published.errors.items():
            logger.error("Events of this order stay pending", correlation_id=order_id, error=error)
        all_arrived = [event for events in arrived.values() for event in events]
        return RunResult(
            events_published=len(all_arrived),
            transitions_published=sum(event.detail_type != UPDATED for event in all_arrived),
            events_pending=sum(len(snapshot.pending) for snapshot in pending.values()) - len(all_arrived),
            failures={**not_counted, **not_cleared, **published.errors},
        )

    def _count(self, snapshots: Sequence[Snapshot]) -> dict[str, str]:
        """Count how long the statuses of those orders that have ended lasted; return why it failed, by order id."""
        ended = [found for each in snapshots if (found := self._ended(each))]
        if not ended:
            return {}
        try:
            damage = self.table.count_durations(ended)
        except Exception as error:  # noqa: BLE001 - the orders themselves are stored and published
            logger.exception("Durations could not be counted")
            reason = f"its durations were not counted, so the next run does, and publishes its events again: {error}"
            return {each.order_id: reason for each in ended}
        if damage:
            logger.error("Damaged durations were set aside, and counting begins again", damage=damage)
        return {}

    def _ended(self, snapshot: Snapshot) -> Ended | None:
        """Return an order's durations if it has ended; names are needed only if it has some."""
        return ended_order(snapshot, lambda item: ordered(item, self.names(snapshot.order)).noun)

    def _count_earlier(self, known: Mapping[str, Known]) -> bool:
        """Count the orders that had ended before a version counted any; return whether all were. Once per source."""
        settled = (order_id for order_id, order in known.items() if order.settled)
        while batch := list(islice(settled, BATCH_GET_ITEMS)):
            if not self._may_begin():
                return False
            loaded = self.table.load(batch)
            if loaded.errors or self._count(list(loaded.snapshots.values())):
                return False
        return True

    def _clear(self, snapshot: Snapshot) -> tuple[str, str | None]:
        """Clear the pending events of a snapshot; return its order's id, and why it failed. Runs in a thread."""
        order_id = snapshot.order_id
        try:
            self.table.clear_pending(order_id, snapshot.version)
        except Exception as error:  # noqa: BLE001 - one order's must not stop the others
            logger.exception("Published events of this order could not be cleared", correlation_id=order_id)
            return order_id, f"its published events were not cleared, so the next run publishes them again: {error}"
        return order_id, None


def _result_of(listing: Listing) -> RunResult:
    errors = "; ".join(listing.errors[:MAX_LISTING_ERRORS])
    return RunResult(orders_listed=len(listing.orders), failures={LISTING: errors} if errors else {})
