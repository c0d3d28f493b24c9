"""Which of an order's dates to believe. Pure.

An API says "not set" by 0, which is 1970, and a date typed by hand may be of any year. Such a date would make an order
"stalled after 20,782 days", so it counts as none.
"""

from datetime import UTC, datetime, timedelta

from outposts_order_notifier.domain.order import Order
from outposts_order_notifier.domain.timestamps import from_iso8601

# https://aws.amazon.com/about-aws/whats-new/2019/12/announcing-general-availability-of-aws-outposts/
OUTPOSTS_LAUNCHED = datetime(2019, 12, 3, tzinfo=UTC)
# AWS refuses a request whose clock is further from its own; so the clocks that date an order are no further apart.
CLOCK_SKEW = timedelta(minutes=5)


def submitted_at(order: Order, now: datetime) -> datetime | None:
    """Return when an order was submitted; None if it does not say, or says what cannot be.

    Args:
        order: As the API gave it; the date may be any JSON.
        now: When it was observed.
    """
    try:
        date = from_iso8601(order["OrderSubmissionDate"])
        return date if OUTPOSTS_LAUNCHED <= date <= now + CLOCK_SKEW else None
    except (KeyError, TypeError, ValueError):  # absent, no text, no time or one without a zone
        return None


def is_plausible(at: str) -> bool:
    """Whether an order can have been in a status at a time, ISO 8601, that a snapshot holds.

    Versions before this one took over any date that the API gave.
    """
    return from_iso8601(at) >= OUTPOSTS_LAUNCHED
