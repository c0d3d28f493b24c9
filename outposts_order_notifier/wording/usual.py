"""How long something usually takes, in words. Pure."""

from collections.abc import Mapping

from outposts_order_notifier.domain.durations import HardwareOf, Usual, Usuals, usual_in
from outposts_order_notifier.domain.order import Order
from outposts_order_notifier.wording.hardware import ordered
from outposts_order_notifier.wording.words import UNITS, count


def usually(usual: Usual) -> str:
    """Return a range and its basis, `usually 12 to 20 days, from 9 orders`: from the median to the slowest tenth.

    It is rounded outwards, to whole units. It says what has been, and promises nothing.
    """
    length, unit = next(
        ((length, unit) for unit, length in UNITS.items() if usual.slowest_tenth >= length), (1, "second")
    )
    least, most = usual.median // length, -(-usual.slowest_tenth // length)
    start = "up to " if least == 0 else f"{least} to " if least < most else ""
    return f"usually {start}{count(most, unit)}, from {count(usual.orders, 'order')}"


def usually_in(order: Order, usuals: Usuals, names: Mapping[str, str]) -> dict[str, str]:
    """Return how long the current statuses of an order in flight usually last, by the keys of its history."""
    return {name: usually(usual) for name, usual in usual_in(order, usuals, hardware_in(names)).items()}


def hardware_in(names: Mapping[str, str]) -> HardwareOf:
    """Return what returns whether a line item is a rack, a server or unknown, by the names of catalog items."""
    return lambda item: ordered(item, names).noun
