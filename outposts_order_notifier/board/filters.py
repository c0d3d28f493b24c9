"""What a viewer chose: which orders, and in which sequence. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from outposts_order_notifier.wording.words import one_line

STALLED = "stalled"  # in place of a status; the API's are upper case
MOST_SEARCHED = 100  # characters
ATTENTION, NEWEST, LONGEST, OUTPOST = "attention", "newest", "longest", "outpost"
# The sequences of orders, in words. The first is the default.
SORTS = {
    ATTENTION: "attention first",
    NEWEST: "newest first",
    LONGEST: "longest in status",
    OUTPOST: "by Outpost",
}


@dataclass(frozen=True, slots=True)
class Filters:
    """Which orders are shown, and in which sequence; an empty text does not filter.

    Attributes:
        q: The words to search for, by the usual name of a search's parameter.
        status: The status of the order or of one of its line items, or `stalled`.
        outpost: The Outpost's id.
        account: The order's account.
        region: The order's region.
        order: The order's id.
        settled: `all` shows every settled order, not only the latest.
        sort: A key of `SORTS`; empty for the default.
    """

    q: str = ""
    status: str = ""
    outpost: str = ""
    account: str = ""
    region: str = ""
    order: str = ""
    settled: str = ""
    sort: str = ""

    @classmethod
    def of(cls, values: Mapping[str, object]) -> "Filters":
        """Return what query parameters or a form's values say; what is not text, or no way to sort, is ignored."""
        given = {field.name: values.get(field.name) for field in fields(cls)}
        chosen = cls(**{name: value for name, value in given.items() if isinstance(value, str)})
        sort = chosen.sort if chosen.sort in SORTS and chosen.sort != ATTENTION else ""
        return replace(chosen, q=one_line(chosen.q[:MOST_SEARCHED]), sort=sort)
