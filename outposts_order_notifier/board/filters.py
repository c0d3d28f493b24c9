"""The board's filters. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

STALLED = "stalled"  # in place of a status; the API's are upper case


@dataclass(frozen=True, slots=True)
class Filters:
    """Which orders are shown; an empty text does not filter.

    Attributes:
        status: The status of the order or of one of its line items, or `stalled`.
        outpost: The Outpost's id.
        account: The order's account.
        region: The order's region.
        order: The order's id.
        settled: `all` shows every settled order, not only the latest.
    """

    status: str = ""
    outpost: str = ""
    account: str = ""
    region: str = ""
    order: str = ""
    settled: str = ""

    @classmethod
    def of(cls, values: Mapping[str, object]) -> "Filters":
        """Return the filters in query parameters or a form's values; other values than text are ignored."""
        given = {field.name: values.get(field.name) for field in fields(cls)}
        return cls(**{name: value for name, value in given.items() if isinstance(value, str)})
