"""Plans which orders a run processes, and what the next run continues with. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime

from outposts_order_notifier.domain.lineage import Lineage
from outposts_order_notifier.domain.snapshot import Snapshot
from outposts_order_notifier.domain.timestamps import from_iso8601, to_iso8601
from outposts_order_notifier.poll.choice import in_turn, orders_gone_missing, orders_to_read
from outposts_order_notifier.poll.listing import Listing
from outposts_order_notifier.poll.summary import LISTING
from outposts_order_notifier.store.records import Known, SourceState


@dataclass(frozen=True, slots=True)
class Plan:
    """The orders that a run processes, and what is stored and listed of the source.

    Attributes:
        read: The orders to read, in turn.
        first: Those of them to read before all others: new replacement orders, for the links that they name.
        missing: The orders to report as missing.
        publish: The orders that are neither, but have pending events.
        listed: Digest of each listed order's summary, by order id.
        known: The index entries from before the listing, by order id.
        baseline: The orders that the source's first poll found.
        lineage: The known replacements. It grows with the orders read.
        doubted: Orders that are missing only from this listing, which names none of the known orders. That is more
            likely a mistake than the truth, so the next complete listing decides.
    """

    read: Sequence[str]
    first: AbstractSet[str] = frozenset()
    missing: Collection[str] = ()
    publish: Collection[str] = ()
    listed: Mapping[str, bytes] = field(default_factory=dict)
    known: Mapping[str, Known] = field(default_factory=dict)
    baseline: AbstractSet[str] = frozenset()
    lineage: Lineage = field(default_factory=Lineage)
    doubted: Collection[str] = ()

    def in_sequence(self) -> list[str]:
        """Return all orders in the sequence in which they are processed."""
        first = [order_id for order_id in self.read if order_id in self.first]
        rest = [order_id for order_id in self.read if order_id not in self.first]
        return [*first, *sorted(self.publish), *sorted(self.missing), *rest]

    def is_listed(self, order_id: str, stored: Snapshot | None) -> bool | None:
        """Return whether the listing names an order; None if another run stored the order since it began."""
        known = self.known.get(order_id)
        if known is None or stored is None or known.version != stored.version:
            return None
        return order_id in self.listed


def plan_of(
    listing: Listing, known: Mapping[str, Known], state: SourceState, outpost_ids: Collection[str], began: datetime
) -> Plan:
    """Return the plan for a source, from its state and its index entries before the listing."""
    listed = listing.orders
    last = from_iso8601(state.polled_at) if state.polled_at else None
    shows_missing = listing.explicit and not listing.errors and last
    missing, doubted = orders_gone_missing(listed, known, outpost_ids) if shows_missing else [], list[str]()
    if known.keys().isdisjoint(listed) and not state.vanished:
        missing, doubted = [], missing
    pending = {order_id for order_id, order in known.items() if order.pending}
    chosen = orders_to_read(listed, known, last, began, state.owed | state.failed)
    return Plan(
        read=in_turn(chosen, state.resume_at, state.failed),
        first=listing.replacements - known.keys() - state.failed,
        missing=missing,
        publish=pending - listed.keys() - set(missing),
        listed=listed,
        known=known,
        baseline=state.baseline_left if state.baseline_at else listed.keys() - known.keys(),
        lineage=lineage_of(known.values()),
        doubted=doubted,
    )


def lineage_of(known: Iterable[Known]) -> Lineage:
    """Return the replacements in index entries."""
    return Lineage(link for order in known for link in order.replaces)


def next_state(
    state: SourceState, plan: Plan, failures: Collection[str], left: Sequence[str], began: datetime
) -> SourceState:
    """Return a source's state after a run. A listing that is incomplete or in doubt leaves its times unchanged.

    `failures` contains `LISTING` if ListOrders failed. `left` are the orders that there was no time for, in sequence.
    """
    failed = set(failures) - {LISTING}
    out_of_turn = plan.first | state.failed
    next_in_turn = [order_id for order_id in left if order_id in plan.listed and order_id not in out_of_turn]
    owed = frozenset(order_id for order_id in next_in_turn if order_id in plan.known and plan.known[order_id].settled)
    state = replace(
        state,
        resume_at=next(iter(next_in_turn), ""),
        owed=state.owed | owed if plan.doubted else owed,
        failed=frozenset(failed | (state.failed & set(left))),
        polled_at=None,
        vanished_after=state.polled_at if plan.doubted else None,
    )
    if plan.doubted or LISTING in failures:
        return state
    return replace(state, baseline_left=frozenset(plan.baseline & failed.union(left)), polled_at=to_iso8601(began))
