"""What of the board someone wants to see. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

STALLED = "stalled"  # in the place of a status; the API's are in capitals


@dataclass(frozen=True, slots=True)
class Filters:
    """What is shown; an empty text leaves all in.

    Attributes:
        status: One that the order or one of its line items is in, or `stalled`.
        outpost: Its Outpost's id.
        account: The account that it lives in.
        region: The region that it lives in.
        settled: `all` shows every settled order, not only those that ended last.
    """

    status: str = ""
    outpost: str = ""
    account: str = ""
    region: str = ""
    settled: str = ""

    @classmethod
    def of(cls, values: Mapping[str, object]) -> "Filters":
        """Take the filters out of query parameters or a form's values; what is no text there filters nothing."""
        given = {field.name: values.get(field.name) for field in fields(cls)}
        return cls(**{name: value for name, value in given.items() if isinstance(value, str)})
