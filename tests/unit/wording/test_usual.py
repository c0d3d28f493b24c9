"""How long something usually takes, in words."""

import pytest

from outposts_order_notifier.domain.durations import Usual
from outposts_order_notifier.wording.usual import hardware_in, usually

HOUR, DAY = 3_600, 86_400


@pytest.mark.parametrize(
    ("median", "slowest_tenth", "words"),
    [
        (12 * DAY, 20 * DAY, "usually 12 to 20 days"),
        (12 * DAY + 1, 19 * DAY + 1, "usually 12 to 20 days"),
        (12 * DAY, 12 * DAY, "usually 12 days"),
        (DAY, DAY, "usually 1 day"),
        (HOUR, 3 * DAY, "usually up to 3 days"),
        (HOUR, DAY, "usually up to 1 day"),
        (2 * HOUR, 20 * HOUR, "usually 2 to 20 hours"),
        (3, 5, "usually 3 to 5 seconds"),
    ],
)
def test_the_range_is_from_the_median_to_the_slowest_tenth_rounded_outwards(
    median: int, slowest_tenth: int, words: str
) -> None:
    """With the number of orders that it comes from."""
    assert usually(Usual(median, slowest_tenth, 9)) == f"{words}, from 9 orders"


def test_the_name_of_a_catalog_item_says_what_hardware_it_is() -> None:
    """Without one, it is unknown."""
    hardware_of = hardware_in({"OR-1": "rack, 4 × m5.24xlarge", "OR-2": "2U server"})
    assert [hardware_of({"CatalogItemId": each}) for each in ("OR-1", "OR-2", "OR-3")] == ["rack", "server", "item"]
