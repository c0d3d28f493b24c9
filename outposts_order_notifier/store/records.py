"""Records that the store returns, without the database behind them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from outposts_order_notifier.domain.lineage import Link
from outposts_order_notifier.domain.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Known:
    """An order's entry in the index: enough to decide whether to read the order.

    Attributes:
        summary: Digest of the order's ListOrders summary at the last read; empty if it was not listed.
        settled: Whether the order was settled.
        pending: Number of events not yet confirmed as published.
        version: The snapshot's version.
        missing: Whether the order was reported as missing from ListOrders.
        outpost_id: The order's Outpost; empty if it names none.
        replaces: The links in which one of its line items is the replacement.
    """

    summary: bytes
    settled: bool
    pending: int
    version: int = 0
    missing: bool = False
    outpost_id: str = ""
    replaces: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """The snapshots found, and why others could not be loaded, by order id."""

    snapshots: dict[str, Snapshot]
    errors: dict[str, str]


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source's state between polls.

    Attributes:
        baseline_at: When the source's first complete listing began, ISO 8601; None before it.
        baseline_left: Orders in that listing that are not yet known to be stored.
        polled_at: When the last accepted complete listing began, ISO 8601; None before the first.
        resume_at: The order that the last run had no time left for, and that the next run reads first; empty if none.
        owed: Orders that a run chose to read and did not.
        failed: Orders whose last read or write failed.
        vanished_after: The `polled_at` before the last listing that named none of the source's known orders. Such a
            listing is not accepted until a second one agrees. An accepted listing makes this value obsolete by
            advancing `polled_at`. None if there was no such listing.
        durations_counted: Whether the orders that had ended before this version counted any have been counted.
    """

    baseline_at: str | None = None
    baseline_left: frozenset[str] = frozenset()
    polled_at: str | None = None
    resume_at: str = ""
    owed: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    vanished_after: str | None = None
    durations_counted: bool = False

    @property
    def vanished(self) -> bool:
        """Whether the last complete listing named none of the source's known orders."""
        return self.polled_at is not None and self.vanished_after == self.polled_at


@dataclass(frozen=True, slots=True)
class StoredNames:
    """The names of a source's things.

    Attributes:
        names: The names, by id.
        at: When they were last looked up, ISO 8601; None if they never were.
        denied: The actions of IAM that were not possible then.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    at: str | None = None
    denied: tuple[str, ...] = ()
