"""The thresholds of orders' statuses, of which some are learned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from outposts_order_notifier.domain.durations import FEWEST, Durations, Ended, Key
from outposts_order_notifier.domain.order import Order
from outposts_order_notifier.domain.snapshot import ORDER
from outposts_order_notifier.domain.stalled import DAY_SECONDS, Thresholds
from outposts_order_notifier.poll.learned import Learned

BEGAN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
PREPARING = Key("OUTPOST", "rack", "order", "PREPARING")
CONFIGURED = Thresholds.from_json('{"order": {"PREPARING": "learned"}}')


def an_order(status: str = "PREPARING") -> Order:
    """Return an order of a rack."""
    items = [{"LineItemId": "ooi-1", "CatalogItemId": "OR-1", "Status": "INSTALLED"}]
    return {"OrderId": "oo-1", "OrderType": "OUTPOST", "Status": status, "LineItems": items}


@dataclass
class World:
    """A table whose reads are counted, and a clock."""

    orders: int = FEWEST
    now: datetime = BEGAN
    reads: int = 0
    down: bool = False
    learned: Learned = field(init=False)

    def __post_init__(self) -> None:
        """Start a function."""
        self.learned = Learned(self.read, lambda: self.now)

    def read(self) -> tuple[Durations, Mapping[str, str]]:
        """Return orders that were PREPARING for ten days."""
        self.reads += 1
        if self.down:
            raise TimeoutError
        seconds = {PREPARING: 10 * DAY_SECONDS}
        ended = [Ended(f"oo-{number}", "2026-01-01", "OUTPOST", "rack", seconds) for number in range(self.orders)]
        return Durations(tuple(ended)), {"OR-1": "rack, 4 × m5.24xlarge"}

    def days(self, status: str = "PREPARING", configured: Thresholds = CONFIGURED) -> int | None:
        """Return after how many days an order's status stalls."""
        thresholds = self.learned.thresholds(an_order(status), configured)
        return thresholds.learned_days.get(ORDER, thresholds.order.get(status))


def test_it_is_the_slowest_tenth_from_five_orders_of_the_same_kind() -> None:
    """By the names of catalog items; until then the default applies."""
    assert World().days() == 10
    assert World(orders=FEWEST - 1).days() == 45
    assert World().days("IN_PROGRESS") == 90


def test_without_learned_thresholds_nothing_is_read() -> None:
    """Nor for an order that has ended."""
    world = World()
    assert world.days(configured=Thresholds()) == 45
    world.days("COMPLETED")
    assert world.reads == 0


def test_it_is_read_once_a_day() -> None:
    """However many orders and runs a warm function has; a clock that goes backwards does not stop that."""
    world = World(orders=0)
    for hours in (0, 1, 23):
        world.now = BEGAN + timedelta(hours=hours)
        world.days()
        assert world.reads == 1
    world.orders = FEWEST
    world.now = BEGAN + timedelta(hours=24)
    assert (world.days(), world.reads) == (10, 2)
    world.now = BEGAN - timedelta(days=300)
    assert (world.days(), world.reads) == (10, 3)
    world.days()
    assert world.reads == 3


def test_while_it_cannot_be_read_what_is_learned_does_not_stall() -> None:
    """A status is reported late rather than wrongly; others stall, and it is tried again after some minutes."""
    world = World(down=True)
    assert (world.days(), world.days("IN_PROGRESS"), world.reads) == (None, 90, 1)
    world.down, world.now = False, BEGAN + timedelta(minutes=5)
    assert (world.days(), world.reads) == (10, 2)
    world.down, world.now = True, world.now + timedelta(days=1)
    assert (world.days(), world.reads) == (10, 3)
