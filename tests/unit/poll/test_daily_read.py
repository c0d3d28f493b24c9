"""When a settled order's daily read is due, to the second."""

import zlib
from datetime import UTC, datetime, timedelta

import pytest

from outposts_order_notifier.poll.choice import orders_to_read
from outposts_order_notifier.store.records import Known

ORDER_ID = "oo-0123456789abcdef0"
MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)
DUE = MIDNIGHT + timedelta(seconds=zlib.crc32(ORDER_ID.encode()) % 86_400)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
SETTLED = Known(summary=b"same", settled=True, pending=0)


def is_read(last: datetime, now: datetime) -> bool:
    """Return whether a settled, unchanged order is read by a poll at `now` after one at `last`."""
    return orders_to_read({ORDER_ID: b"same"}, {ORDER_ID: SETTLED}, last, now) == [ORDER_ID]


@pytest.mark.parametrize(
    ("last", "now", "read"),
    [
        pytest.param(DUE - SECOND, DUE, True, id="at its second"),
        pytest.param(DUE - 2 * SECOND, DUE - SECOND, False, id="a second before it"),
        pytest.param(DUE, DUE + SECOND, False, id="a second after it, as the poll at its second has read it"),
        pytest.param(DUE, DUE + DAY - SECOND, False, id="not again within 24 hours less a second"),
        pytest.param(DUE, DUE + DAY, True, id="again after exactly 24 hours"),
        pytest.param(DUE + SECOND, DUE + DAY, True, id="at its second of the next day"),
        pytest.param(DUE + SECOND, DUE + SECOND + DAY, True, id="after a day without a poll, at any second"),
        pytest.param(DUE + SECOND, DUE + DAY - SECOND, False, id="not between its seconds of two days"),
    ],
)
def test_an_order_is_read_at_its_second_of_the_day(last: datetime, now: datetime, read: bool) -> None:
    """Its second follows from its id, so the reads of many orders spread over the day."""
    assert is_read(last, now) is read


@pytest.mark.parametrize(("gap", "read"), [(DAY, 500), (DAY - SECOND, 499)])
def test_after_24_hours_without_a_poll_every_order_is_read_and_a_second_earlier_not_every_one(
    gap: timedelta, read: int
) -> None:
    """The order whose second is the missing one waits."""
    left_out = ORDER_ID
    others = [f"oo-{number:017x}" for number in range(2_000)]
    seconds = {order_id: zlib.crc32(order_id.encode()) % 86_400 for order_id in others}
    orders = [left_out, *(each for each in others if seconds[each] != (DUE - MIDNIGHT).seconds)][:500]
    now = DUE - SECOND
    chosen = orders_to_read(dict.fromkeys(orders, b"same"), dict.fromkeys(orders, SETTLED), now - gap, now)
    assert len(chosen) == read
    assert (left_out in chosen) is (read == len(orders))
