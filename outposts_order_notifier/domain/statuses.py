"""Everything this software knows about a status: one row for each. Pure.

An order's statuses and their meanings are AWS's, quoted from
https://docs.aws.amazon.com/outposts/latest/APIReference/API_Order.html: "Order is received and being prepared",
"Order is either being built or shipped", "Order was delivered to the Outpost site", "Order is complete", "Order is
cancelled", "Customer should contact support". Five more are deprecated there. Of a line item's statuses,
https://docs.aws.amazon.com/outposts/latest/APIReference/API_LineItem.html gives the names only.

AWS may add statuses at any time. They are passed through unchanged and handled by the row `UNKNOWN`.

What follows a status, who acts and how long it may last are this project's choices (docs/stalled.md).
"""

# ruff: noqa: E501 - a row for each status, as in a table

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

COMPLETED, INSTALLED, CANCELLED, REPLACED, ERROR = "COMPLETED", "INSTALLED", "CANCELLED", "REPLACED", "ERROR"

Actor = Literal["you", "AWS", "the carrier", "nobody"]
Kind = Literal[
    "preparing", "building", "shipped", "delivered", "installing", "done", "error", "cancelled", "replaced", "unknown"
]
# Each kind's colour, in messages; board.css has the same for its light mode.
COLOURS: Mapping[Kind, str] = {
    "preparing": "#9aa7b3",
    "building": "#5a93cf",
    "shipped": "#2b6cb8",
    "delivered": "#138496",
    "installing": "#5a9e3f",
    "done": "#257a4d",
    "error": "#c4271f",
    "cancelled": "#6d6a63",
    "replaced": "#7a55bb",
    "unknown": "#6f6a5c",
}


@dataclass(frozen=True, slots=True)
class Status:
    """A status of an order or of a line item.

    Attributes:
        name: The API's name.
        words: The status in words that follow a noun, as in "order delivered"; empty if it is unknown.
        meaning: What it means, in a few words.
        kind: Its colour: a key of `COLOURS`, and a class of board.css.
        icon: An emoji, for channels that show them; the words are always there too.
        actor: Who acts next.
        next: The status that usually follows; empty if none does.
        stalled_after_days: The default threshold, in days; None if it never stalls.
        settled: Whether nothing more is expected to happen.
        first: Whether no status comes before it, so that it began when the order was submitted.
        weight: Its weight in a headline; the heaviest comes first. 0 for statuses on the usual path.
        loud: Whether a bot shows a line item's change to it in the channel too, not only in the order's thread.
        colour: Its colour in a terminal, as Rich names it; empty for the default.
    """

    name: str
    words: str
    meaning: str
    kind: Kind
    icon: str
    actor: Actor = "nobody"
    next: str = ""
    stalled_after_days: int | None = None
    settled: bool = False
    first: bool = False
    weight: int = 0
    loud: bool = False
    colour: str = ""


def _table(*rows: Status) -> Mapping[str, Status]:
    return {row.name: row for row in rows}


# fmt: off
ORDER_STATUSES = _table(
    Status("PREPARING", "being prepared", "The order is received and being prepared", "preparing", "📝", "AWS", "IN_PROGRESS", 45, first=True),
    Status("IN_PROGRESS", "in progress", "The order is being built or shipped; its line items say which", "building", "🏗️", "AWS", "DELIVERED", 90),
    Status("DELIVERED", "delivered", "The order is at the Outpost's site", "delivered", "📦", "you", COMPLETED, 30),
    Status(COMPLETED, "completed", "The order is complete", "done", "✅", settled=True, colour="green"),
    Status(CANCELLED, "cancelled", "The order is cancelled", "cancelled", "🚫", settled=True, weight=6, colour="yellow"),
    Status(ERROR, "in error", "Contact AWS Support", "error", "❌", "you", "", 3, weight=8, loud=True, colour="red"),
    Status("RECEIVED", "received", "Deprecated: the first half of today's PREPARING", "preparing", "📝", "AWS", "PENDING", 14, first=True),
    Status("PENDING", "pending", "Deprecated: today's PREPARING", "preparing", "📝", "AWS", "PROCESSING", 45),
    Status("PROCESSING", "being processed", "Deprecated: today's IN_PROGRESS", "building", "🏗️", "AWS", "INSTALLING", 90),
    Status("INSTALLING", "being installed", "Deprecated: today's DELIVERED", "installing", "🔧", "you", "FULFILLED", 30),
    Status("FULFILLED", "fulfilled", "Deprecated: today's COMPLETED", "done", "✅", settled=True),
)
LINE_ITEM_STATUSES = _table(
    Status("PREPARING", "being prepared", "The line item is being prepared", "preparing", "📝", "AWS", "BUILDING", 45, first=True),
    Status("BUILDING", "being built", "The hardware is being built", "building", "🏗️", "AWS", "SHIPPED", 60),
    Status("SHIPPED", "shipped", "The hardware is on its way", "shipped", "🚚", "the carrier", "DELIVERED", 14),
    Status("DELIVERED", "delivered", "The hardware is at the site: a rack awaits AWS's visit, a server your hands", "delivered", "📦", "you", "INSTALLING", 30),
    Status("INSTALLING", "being installed", "The hardware is being installed: a rack by AWS, a server by you", "installing", "🔧", "you", INSTALLED, 14),
    Status(INSTALLED, "installed", "The hardware is installed", "done", "✅", settled=True),
    Status(ERROR, "in error", "Contact AWS Support", "error", "❌", "you", "", 3, weight=8, loud=True, colour="red"),
    Status(CANCELLED, "cancelled", "The line item is cancelled", "cancelled", "🚫", settled=True, weight=6, colour="yellow"),
    Status(REPLACED, "replaced", "Another order's line item replaces this one", "replaced", "🔄", settled=True, weight=7, loud=True),
)
# fmt: on
# What is no status and is shown like one.
STALLED = Status("", "stalled", "A status that has lasted longer than expected", "unknown", "⏳", weight=3)
OVERDUE = Status("", "overdue", "The day on which somebody expected the order has passed", "unknown", "📅", weight=4)
MISSING = Status("", "no longer listed", "AWS no longer lists the order", "unknown", "⚠️", weight=1)
UNKNOWN = Status("", "", "A status that this version does not know", "unknown", "❔", weight=5)
SETTLED_ORDER_STATUSES = frozenset(name for name, row in ORDER_STATUSES.items() if row.settled)
SETTLED_LINE_ITEM_STATUSES = frozenset(name for name, row in LINE_ITEM_STATUSES.items() if row.settled)
_BY_NAME = {**LINE_ITEM_STATUSES, **ORDER_STATUSES}


def status_named(name: object) -> Status:
    """Return the row of a status, or `UNKNOWN`.

    A name that both tables have has one kind, icon, weight and colour; ask the tables for anything else.
    """
    return _BY_NAME.get(str(name), UNKNOWN)
