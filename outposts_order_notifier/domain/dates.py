"""Which of an order's dates are plausible. Pure.

APIs write "not set" as 0, which is 1970, and a date typed by hand may be in any year. Such a date would report an order
as stalled after 20,782 days, so it is ignored.
"""

from datetime import UTC, datetime, timedelta

from outposts_order_notifier.domain.order import Order
from outposts_order_notifier.domain.timestamps import from_iso8601

# https://aws.amazon.com/about-aws/whats-new/2019/12/announcing-general-availability-of-aws-outposts/
OUTPOSTS_LAUNCHED = datetime(2019, 12, 3, tzinfo=UTC)
# AWS rejects requests whose clock is further off than this.
CLOCK_SKEW = timedelta(minutes=5)


def submitted_at(order: Order, now: datetime) -> datetime | None:
    """Return when an order was submitted, or None if it has no date that was plausible when it was observed, `now`."""
    try:
        date = from_iso8601(order["OrderSubmissionDate"])
        return date if OUTPOSTS_LAUNCHED <= date <= now + CLOCK_SKEW else None
    except (KeyError, TypeError, ValueError):  # missing, not a string, not a time, or without a time zone
        return None


def is_plausible(at: str) -> bool:
    """Return whether an order can have had a status at a stored time: earlier versions stored any date of the API."""
    return from_iso8601(at) >= OUTPOSTS_LAUNCHED
