"""One poll of one source: list, choose, read, diff, save with the new events pending, publish, clear.

Events leave only after the snapshot that holds them is stored, so a run that dies anywhere loses nothing: what it
stored but did not publish goes out with the next run, under the same ids.
"""

import math
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import takewhile
from typing import TYPE_CHECKING

from outposts_order_notifier.domain.event_types import UPDATED
from outposts_order_notifier.domain.events import Observation
from outposts_order_notifier.domain.lineage import Lineage, links_of
from outposts_order_notifier.domain.order import Order, is_settled
from outposts_order_notifier.domain.snapshot import Snapshot, observe
from outposts_order_notifier.domain.stalled import Thresholds
from outposts_order_notifier.domain.timestamps import from_iso8601, to_iso8601
from outposts_order_notifier.poll.choice import in_turn, orders_gone_missing, orders_to_read
from outposts_order_notifier.poll.event_bus import EVENT_PUBLISHED
from outposts_order_notifier.poll.listing import is_order_id, list_source
from outposts_order_notifier.poll.ports import Bus, Snapshots
from outposts_order_notifier.poll.summary import LISTING, Summary
from outposts_order_notifier.runtime.observability import count, logger
from outposts_order_notifier.sources.outposts import CONCURRENT_READS, get_order
from outposts_order_notifier.sources.source import Source
from outposts_order_notifier.store.records import Known, Loaded, SourceState
from outposts_order_notifier.store.table import BATCH_GET_ITEMS

if TYPE_CHECKING:
    from mypy_boto3_outposts.client import OutpostsClient


MAX_LISTING_ERRORS = 10  # in a summary
PUBLISH_SECONDS = 5  # after which what was read until then is published
# Of the function's time: when so little is left, no more orders are taken up; those under way are not waited for; and
# no more requests are made to publish, each of which may take ten seconds.
LAST_START_SECONDS = 45
LAST_WAIT_SECONDS = 20
LAST_PUBLISH_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Plan:
    """Which orders a run takes up, and what it goes by.

    Attributes:
        read: To be read from the API, in the order in which they are taken up.
        first: Those of them that all others wait for, a little: new replacement orders, for the links that they name.
        missing: To be reported missing.
        publish: Neither, but events of them are pending.
        listed: Digest of each listed order's summary.
        known: What the index knew before the listing began.
        baseline: The orders that the source's first poll finds.
        lineage: What is known to replace what; grows with what is read.
    """

    read: Sequence[str]
    first: AbstractSet[str] = frozenset()
    missing: Collection[str] = ()
    publish: Collection[str] = ()
    listed: Mapping[str, bytes] = field(default_factory=dict)
    known: Mapping[str, Known] = field(default_factory=dict)
    baseline: AbstractSet[str] = frozenset()
    lineage: Lineage = field(default_factory=Lineage)


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
        seconds_left: Gives the seconds until the function's time is up.
        stalled_after: How long each status may last.
    """

    source: Source
    outposts: "OutpostsClient"
    table: Snapshots
    bus: Bus
    clock: Callable[[], datetime]
    seconds_left: Callable[[], float] = lambda: math.inf
    stalled_after: Thresholds = field(default_factory=Thresholds)

    def run(self) -> Summary:
        """Poll the source: every order that is new, in flight, changed by its summary, or due for its daily read.

        An order that cannot be read, stored or published is named in the summary's failures and stops no other. Where
        ListOrders fails, what it named until then is read all the same, but the listing counts for nothing else: no
        order is called missing by it, and the source's first poll is not over.

        What is known is asked for before the listing: an order that a run beside this one stores in between would
        look missing otherwise.

        A listing that names none of the orders known is more likely a mistake than the truth: it counts for nothing
        but a mark, and the orders are reported missing when the next complete listing names none of them either.

        New replacement orders are read before all others, so that each is reported together with the orders that it
        replaces.

        Raises:
            botocore.exceptions.ClientError: The snapshot table could not be read.
        """
        began = self.clock()
        with ThreadPoolExecutor(1) as threads:
            remembered = threads.submit(self.table.source_state, self.source.name)
            known = self.table.known(self.source.account, self.source.region)
            state = remembered.result()
        summary = Summary(self.source.name)
        listing = list_source(self.outposts, self.source, self._may_begin)
        summary.orders_listed = len(listing.orders)
        if listing.errors:
            summary.failures[LISTING] = "; ".join(listing.errors[:MAX_LISTING_ERRORS])
        listed, complete = listing.orders, LISTING not in summary.failures
        if complete and not state.baseline_at:
            found = frozenset(listed.keys() - known.keys())
            begun = self.table.begin_baseline(self.source.name, SourceState(to_iso8601(began), found))
            state = replace(state, baseline_at=begun.baseline_at, baseline_left=begun.baseline_left)
        last = from_iso8601(state.polled_at) if state.polled_at else None
        tells_missing = complete and listing.explicit and last
        missing = orders_gone_missing(listed, known, self.source.outpost_ids) if tells_missing else []
        if doubted := bool(missing) and known.keys().isdisjoint(listed) and not state.vanished:
            logger.warning("ListOrders names none of the orders known; a second listing decides", orders=len(missing))
            missing = []
        pending = {order_id for order_id, order in known.items() if order.pending}
        chosen = orders_to_read(listed, known, last, began, state.owed | state.failed)
        plan = Plan(
            read=in_turn(chosen, state.resume_at, state.failed),
            first=listing.replacements - known.keys() - state.failed,
            missing=missing,
            publish=pending - listed.keys() - set(missing),
            listed=listed,
            known=known,
            baseline=state.baseline_left if state.baseline_at else listed.keys() - known.keys(),
            lineage=_lineage_of(known.values()),
        )
        left = self._carry_out(plan, summary)
        next_state = _next_state(state, plan, summary, left, began, doubted=doubted)
        self.table.save_source_state(self.source.name, next_state)
        return summary

    def run_only(self, order_ids: Sequence[str]) -> Summary:
        """Poll the given orders and no others, without listing. Failures as with `run`.

        Raises:
            ValueError: They are not a list of order ids.
            botocore.exceptions.ClientError: The snapshot table could not be read.
        """
        if not isinstance(order_ids, list) or not all(map(is_order_id, order_ids)):
            raise ValueError(f"orderIds is {order_ids!r}; it is a list of order ids, such as ['oo-0123456789abcdef0']")
        summary = Summary(self.source.name)
        known = self.table.known(self.source.account, self.source.region)
        plan = Plan(read=list(dict.fromkeys(order_ids)), lineage=_lineage_of(known.values()))
        for order_id in self._carry_out(plan, summary):
            summary.failures[order_id] = "there was no time to read it: ask for fewer orders at once"
        return summary

    def _carry_out(self, plan: Plan, summary: Summary) -> list[str]:
        """Take up a plan's orders, many at once; gives those that there was no time for, the first one first.

        1. Load the next snapshots as soon as threads would fall idle: no order waits for a slow one before it, but for
           five seconds where it is one of the plan's first.
        2. Publish what is done before loading more, and every five seconds at least.
        3. When time is short take up no more orders. Those under way may end and are published. One that hangs is not
           waited for: should it be stored yet, the next run publishes it.
        """
        first = [order_id for order_id in plan.read if order_id in plan.first]
        rest = [order_id for order_id in plan.read if order_id not in plan.first]
        waiting = deque([*first, *sorted(plan.publish), *sorted(plan.missing), *rest])
        under_way: dict[Future[Outcome], str] = {}
        hung = False
        threads = ThreadPoolExecutor(CONCURRENT_READS)
        try:
            while under_way or (waiting and self._may_begin()):
                leading = 0
                if not self._may_begin():
                    not_begun = [under_way.pop(each) for each in list(under_way) if each.cancel()]
                    waiting.extendleft(reversed(not_begun))
                elif len(under_way) <= CONCURRENT_READS:
                    leading = sum(1 for _ in takewhile(plan.first.__contains__, waiting))
                    chunk = [waiting.popleft() for _ in range(min(BATCH_GET_ITEMS, leading or len(waiting)))]
                    under_way |= self._begin(chunk, plan, summary, threads)
                outcomes = _done(under_way, enough=CONCURRENT_READS if waiting and not leading else 0)
                _add(summary, outcomes)
                plan.lineage.add(link for each in outcomes if each.snapshot for link in links_of(each.snapshot.order))
                self._publish(outcomes, summary)
                if self.seconds_left() < LAST_WAIT_SECONDS:
                    break
            hung = bool(under_way)
            for order_id in under_way.values():
                logger.error("This order was not waited for", correlation_id=order_id)
                summary.failures[order_id] = "it was not read and stored before the function's time was nearly up"
        finally:
            threads.shutdown(wait=not hung, cancel_futures=True)
        summary.orders_left = len(waiting)
        return list(waiting)

    def _may_begin(self) -> bool:
        return self.seconds_left() >= LAST_START_SECONDS

    def _begin(
        self, order_ids: Sequence[str], plan: Plan, summary: Summary, threads: ThreadPoolExecutor
    ) -> dict[Future[Outcome], str]:
        """Load the snapshots of some orders, and let threads take the orders up."""
        loaded = self.table.load(order_ids)
        _report_loaded(loaded)
        _add(summary, [Outcome(order_id, None, error=error) for order_id, error in loaded.errors.items()])
        return {
            threads.submit(self._take_up, order_id, loaded.snapshots.get(order_id), plan): order_id
            for order_id in order_ids
            if order_id not in loaded.errors
        }

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
                lineage=plan.lineage,
                stalled_after=self.stalled_after,
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

    def _publish(self, outcomes: Sequence[Outcome], summary: Summary) -> None:
        """Publish what is pending of some orders, and clear it where all of it arrived."""
        pending = {
            outcome.order_id: outcome.snapshot for outcome in outcomes if outcome.snapshot and outcome.snapshot.pending
        }
        published = self.bus.publish(
            {order_id: snapshot.pending for order_id, snapshot in pending.items()},
            may_go_on=lambda: self.seconds_left() >= LAST_PUBLISH_SECONDS,
        )
        arrived_whole = {}
        for order_id, snapshot in pending.items():
            arrived = snapshot.pending[: published.counts[order_id]]
            for event in arrived:
                logger.info(EVENT_PUBLISHED, correlation_id=order_id, **event.log_fields())
            summary.events_published += len(arrived)
            summary.transitions_published += sum(event.detail_type != UPDATED for event in arrived)
            summary.events_pending += len(snapshot.pending) - len(arrived)
            if len(arrived) == len(snapshot.pending):
                arrived_whole[order_id] = snapshot
        with ThreadPoolExecutor(CONCURRENT_READS) as threads:  # others than those in which reads may hang
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


def _done(under_way: dict[Future[Outcome], str], enough: int) -> list[Outcome]:
    """Wait until only so many are under way, or five seconds; takes out what is done."""
    done = []
    with suppress(TimeoutError):
        for each in as_completed(list(under_way), timeout=PUBLISH_SECONDS):
            done.append(each)
            del under_way[each]
            if len(under_way) <= enough:
                break
    return [each.result() for each in done]


def _next_state(  # noqa: PLR0913 - all that a run knows of its source
    state: SourceState, plan: Plan, summary: Summary, left: Sequence[str], began: datetime, *, doubted: bool
) -> SourceState:
    """What the next run goes by; after a listing that does not count, only which orders to take up first and last."""
    failed = {order_id for order_id in summary.failures if order_id is not LISTING}
    not_done = failed.union(left)
    apart = plan.first | state.failed  # these have their place whatever the turn
    in_turn = [order_id for order_id in left if order_id in plan.listed and order_id not in apart]
    owed = frozenset(order_id for order_id in in_turn if order_id in plan.known and plan.known[order_id].settled)
    state = replace(
        state,
        resume_at=next(iter(in_turn), ""),
        owed=state.owed | owed if doubted else owed,
        failed=frozenset(failed | (state.failed & set(left))),
        polled_at=None,
        vanished_after=state.polled_at if doubted else None,
    )
    if doubted or LISTING in summary.failures:
        return state
    return replace(state, baseline_left=frozenset(plan.baseline & not_done), polled_at=to_iso8601(began))


def _lineage_of(known: Iterable[Known]) -> Lineage:
    return Lineage(link for order in known for link in order.replaces)


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
