"""Several notifications in one message. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from outposts_order_notifier.notify.notification import (
    AlarmNotification,
    Notification,
    OrderNotification,
    SummaryNotification,
    changes_of,
)
from outposts_order_notifier.wording.headline import digest_headline, headline, marked_as
from outposts_order_notifier.wording.message import Line, Message
from outposts_order_notifier.wording.next_steps import is_in_error
from outposts_order_notifier.wording.words import moment, plain

CONSOLE = "Open in the AWS console"
BOARD = "Open the board"


def by_order(notifications: Iterable[Notification]) -> list[list[OrderNotification]]:
    """Group the observations by order, each group in `sequence`; alarms and summaries are left out."""
    orders: dict[str, list[OrderNotification]] = {}
    for each in notifications:
        if isinstance(each, OrderNotification):
            orders.setdefault(each.order_id, []).append(each)
    return [sorted(group, key=_sequence) for group in orders.values()]


def of_no_order(notifications: Iterable[Notification]) -> list[AlarmNotification | SummaryNotification]:
    """Return the alarms and summaries."""
    return [each for each in notifications if not isinstance(each, OrderNotification)]


def together(observations: Sequence[OrderNotification]) -> Message:
    """Combine the observations of one order into one message: the latest headline, then each observation's lines.

    Args:
        observations: An order's, at least one, in `sequence`.
    """
    *before, last = observations
    if not before:
        return last.message
    lines = (line for each in observations for line in (_headed(each), *each.message.lines))
    return replace(
        last.message,
        headline=headline(last.detail, earlier=changes_of(before)),
        lines=tuple(lines),
        mark=marked_as({**last.detail, "changes": changes_of(observations)}),
        case=_latest_case(observations) if is_in_error(last.detail) else "",
    )


def _latest_case(observations: Sequence[OrderNotification]) -> str:
    return next((each.message.case for each in reversed(observations) if each.message.case), "")


def digest(orders: Sequence[Sequence[OrderNotification]]) -> Message:
    """Combine the observations of many orders into one message, the weightiest first."""
    marked = [(together(observations).mark, observations) for observations in orders]
    marked.sort(key=lambda order: -order[0].weight)
    lines = tuple(line for _, observations in marked for line in digest_lines(observations))
    details = [[each.detail for each in observations] for observations in orders]
    audience = orders[-1][-1].message.audience
    return Message(digest_headline(details), lines, {}, url="", mark=marked[0][0], audience=audience)


def digest_lines(observations: Sequence[OrderNotification]) -> list[Line]:
    """Return an order's lines in a digest: the latest headline with its id and link, then the earlier ones."""
    last = observations[-1]
    message = last.message
    url = None if message.audience.board_url else message.url  # the board is linked once, for all of them
    line = Line(f"{message.mark.icon} {message.headline} ({plain(last.order_id)})", url, CONSOLE)
    return [line, *(_headed(each) for each in reversed(observations[:-1]))]


def _headed(observation: OrderNotification) -> Line:
    return Line(f"{moment(observation.message.at, observation.message.audience.zone)}: {observation.message.headline}")


def _sequence(observation: OrderNotification) -> int:
    return int(observation.detail["sequence"])
