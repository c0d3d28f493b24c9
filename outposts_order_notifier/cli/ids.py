"""Finds the order that a prefix of its id stands for."""

import re
from collections.abc import Iterable

from outposts_order_notifier.cli.errors import OperatorError, nearest_of
from outposts_order_notifier.cli.terminal import note
from outposts_order_notifier.domain.snapshot import Snapshot
from outposts_order_notifier.store.table import SnapshotTable

PREFIX = "oo-"
# https://docs.aws.amazon.com/outposts/latest/APIReference/API_Order.html
WHOLE = re.compile(r"oo-[a-f0-9]{17}")
MOST_LISTED = 10  # candidates in an error's line


def find(table: SnapshotTable, given: str) -> Snapshot:
    """Read the snapshot of an order by its id or a unique prefix of it.

    Raises:
        OperatorError: No poll has seen such an order, several match, or it cannot be read.
    """
    order_id = order_id_of(table, given)
    loaded = table.read([order_id])
    if order_id in loaded.errors:
        raise OperatorError(f"{order_id} cannot be read: {loaded.errors[order_id]}")
    if order_id not in loaded.snapshots:
        raise _unknown(order_id, _known(table))
    return loaded.snapshots[order_id]


def order_id_of(table: SnapshotTable, given: str) -> str:
    """Return a whole id as it is, and otherwise the id of the only known order that begins with what was given.

    Raises:
        OperatorError: No poll has seen such an order, or several match.
    """
    given = given.strip()
    if WHOLE.fullmatch(given):
        return given
    known = _known(table)
    candidates = matching(given, known)
    if not candidates:
        raise _unknown(given, known)
    if len(candidates) > 1:
        more = f" and {len(candidates) - MOST_LISTED} more" if len(candidates) > MOST_LISTED else ""
        listed = ", ".join(candidates[:MOST_LISTED])
        raise OperatorError(f"{given} is the beginning of several orders' ids: {listed}{more}; pass more of it")
    if candidates[0] != given:
        note(f"{given} is {candidates[0]}")
    return candidates[0]


def matching(given: str, known: Iterable[str]) -> list[str]:
    """Return the ids that begin with what was given, with or without `oo-`; only the id itself if it is one of them."""
    ids = sorted(known)
    if given in ids:
        return [given]
    beginning = given.lower()
    return [each for each in ids if any(it.startswith(beginning) for it in (each, each.removeprefix(PREFIX)))]


def _known(table: SnapshotTable) -> list[str]:
    return [order_id for _, order_id, _ in table.known_of_all_sources()]


def _unknown(given: str, known: Iterable[str]) -> OperatorError:
    return OperatorError(
        f"no poll has seen the order {given}{nearest_of(given, known)} "
        "`orders --all` lists the known orders, and `poll` looks for new ones"
    )
