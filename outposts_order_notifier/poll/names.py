"""The names of a source's Outposts and hardware, which events carry for those who write for people."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from outposts_order_notifier.domain.order import Order
from outposts_order_notifier.domain.timestamps import from_iso8601, to_iso8601
from outposts_order_notifier.runtime.observability import logger
from outposts_order_notifier.sources.names import MAX_NAME, LookedUp
from outposts_order_notifier.store.records import StoredNames
from outposts_order_notifier.wording.words import one_line

EVERY = timedelta(days=1)
AFTER_AN_UNKNOWN_ID = timedelta(hours=1)


class NameStore(Protocol):
    """A store of names; `outposts_order_notifier.store.table.SnapshotTable` documents the methods."""

    def names(self, source: str) -> StoredNames:
        """Return the names that were last looked up for a source."""

    def save_names(self, source: str, names: StoredNames) -> None:
        """Store what was looked up for a source."""


@dataclass(slots=True)
class Names:
    """The names of one source, for the threads of one run.

    They are needed only for an order that changed. They are looked up once a day, and when an order has an id without a
    name, but at most once an hour, since some ids have none. A name that cannot be looked up or stored never fails an
    order: people then see the id.

    The account's name comes from AWS Organizations with the input of a run. It is kept with the others, for the board
    and for runs whose input has none.

    Attributes:
        source: `<account>/<region>`, as all its sources share the names.
        account: Its account.
        account_name: What the run's input calls the account; empty if it does not.
        configured: The configuration's `names`, which take precedence.
        look_up: Asks the Outposts API.
    """

    store: NameStore
    source: str
    account: str
    configured: Mapping[str, str]
    look_up: Callable[[], LookedUp]
    clock: Callable[[], datetime]
    account_name: str = ""
    _known: StoredNames | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, order: Order) -> dict[str, str]:
        """Return the names of an order's Outpost, account and catalog items, as far as they are known, by id."""
        items = [item.get("CatalogItemId") for item in order.get("LineItems", [])]
        looked_up = {each for each in (order.get("OutpostId"), *items) if isinstance(each, str)}
        with self._lock:
            try:
                known = self._current(looked_up - self.configured.keys())
            except Exception:  # noqa: BLE001 - ids are shown instead
                logger.exception("Names could not be looked up", source=self.source)
                known = self._given()
        names = {**known, **self.configured}
        return {each: names[each] for each in sorted({*looked_up, self.account}) if each in names}

    def _current(self, needed: set[str]) -> Mapping[str, str]:
        kept = stored = self._known or self.store.names(self.source)
        if self._is_due(stored, needed):
            found = self.look_up()
            for action, error in found.errors.items():
                logger.info("Some names could not be looked up", source=self.source, action=action, error=error)
            # What could not be looked up this time keeps its last name.
            stored = StoredNames({**stored.names, **found.names}, to_iso8601(self.clock()), tuple(found.errors))
        stored = replace(stored, names={**stored.names, **self._given()})
        if stored != kept:
            self.store.save_names(self.source, stored)
        self._known = stored
        return stored.names

    def _given(self) -> dict[str, str]:
        name = one_line(self.account_name)[:MAX_NAME]
        return {self.account: name} if name else {}

    def _is_due(self, stored: StoredNames, needed: set[str]) -> bool:
        if stored.at is None:
            return True
        wait = EVERY if needed <= stored.names.keys() else AFTER_AN_UNKNOWN_ID
        return self.clock() - from_iso8601(stored.at) >= wait
