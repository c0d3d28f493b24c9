"""Several notices put into one message. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from outposts_order_notifier.notify.channel import Notice
from outposts_order_notifier.wording.message import Change, Line, Message, headline, weighty_words

CONSOLE = "Open in the AWS console"


def by_order(notices: Iterable[Notice]) -> list[list[Notice]]:
    """Gather the notices of each order, in `sequence`; alarms, which are no order's, are left out."""
    orders: dict[str, list[Notice]] = {}
    for notice in notices:
        if notice.detail is not None:
            orders.setdefault(notice.detail["orderId"], []).append(notice)
    return [sorted(group, key=_sequence) for group in orders.values()]


def together(notices: Sequence[Notice]) -> Message:
    """Put the observations of one order into one message: the last one's news, then what each of them told.

    Args:
        notices: An order's, at least one, in `sequence`.
    """
    *before, last = notices
    if not before or last.detail is None:
        return last.message
    lines = (line for notice in notices for line in (_headed(notice), *notice.message.lines))
    return replace(last.message, headline=headline(last.detail, earlier=_changes(before)), lines=tuple(lines))


def digest(orders: Sequence[Sequence[Notice]]) -> Message:
    """Put the news of many orders into one message."""
    lines = tuple(line for notices in orders for line in digest_lines(notices))
    weighty = ", ".join(weighty_words([change for notices in orders for change in _changes(notices)]))
    return Message(f"{len(orders)} Outposts orders have news{f': {weighty}' if weighty else ''}", lines, {}, url="")


def digest_lines(notices: Sequence[Notice]) -> list[Line]:
    """Give an order's lines in a digest: the last news with its link, then what was news before."""
    last = notices[-1].message
    return [Line(last.headline, last.url, CONSOLE), *(_headed(notice) for notice in reversed(notices[:-1]))]


def _changes(notices: Iterable[Notice]) -> list[Change]:
    return [change for notice in notices if notice.detail for change in notice.detail["changes"]]


def _headed(notice: Notice) -> Line:
    return Line(f"{notice.message.at}: {notice.message.headline}")


def _sequence(notice: Notice) -> int:
    return int(notice.detail["sequence"]) if notice.detail else 0
