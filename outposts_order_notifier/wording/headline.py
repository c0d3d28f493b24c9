"""An observation in one sentence: where, how many of what, and the weightiest news. Pure.

The sentence is an e-mail's subject, an SMS, a title, and all that a phone shows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from outposts_order_notifier.domain import event_types, statuses
from outposts_order_notifier.domain.order import Order
from outposts_order_notifier.domain.statuses import ERROR, Status, status_named
from outposts_order_notifier.wording.hardware import Hardware, hardware, ordered, together
from outposts_order_notifier.wording.words import count, one_line, plain, shortened

Change = Mapping[str, Any]
Names = Mapping[str, str]

LONGEST = 99  # characters: SNS accepts a subject of fewer than 100
LONGEST_PLACE = 40
LONGEST_STATUS = 32
ORDER, ORDERED = "order", "ordered"
TEST = "TEST: "  # begins the headline of a sample

# The weights of what is no status, between those of the statuses and below them.
STALLED, ORDER_STALLED, MISSING = statuses.STALLED.weight, 2, statuses.MISSING.weight
USUAL = 0
OVERDUE = statuses.OVERDUE.weight
REAPPEARED, LINKED, ADDED, MINOR = -1, -2, -3, -4
STILL = f"still {status_named(ERROR).words}"


@dataclass(frozen=True, slots=True)
class News:
    """A kind of news, and how many it is about.

    Attributes:
        weight: What is heavier is more important; MINOR if it is left out beside any other.
        what: The hardware, or a number of orders.
        words: What follows it in the sentence; empty if nothing does.
        before: What precedes it.
    """

    weight: int
    what: Hardware
    words: str = ""
    before: str = ""

    @property
    def turn(self) -> int:
        """Its place in the sentence: what was ordered, the order itself, its line items, what was known before."""
        if self.words == ORDERED:
            return 0
        if self.what.noun == ORDER:
            return 1
        return 3 if self.words == STILL else 2

    def text(self, last: "News | None", *, one: bool) -> str:
        """Return it in words.

        Args:
            last: What was said before it; the same noun is left out.
            one: Whether there is only one order, which then needs no number.
        """
        if one and self.what == ONE_ORDER:
            what = f"the {ORDER}" if self.before else ORDER
        elif last and not self.before and self.what.noun == last.what.noun:
            what = str(self.what.number)
        else:
            what = str(self.what)
        return f"{self.before}{what} {self.words}".rstrip()


ONE_ORDER, ONE_ITEM = Hardware(1, ORDER), Hardware(1)
DETAILS = News(MINOR, ONE_ORDER, "changed", "details of ")  # any other change
_ALWAYS = {
    event_types.OVERDUE: News(OVERDUE, ONE_ORDER, statuses.OVERDUE.words),
    event_types.MISSING: News(MISSING, ONE_ORDER, "no longer listed by AWS"),
    event_types.REAPPEARED: News(REAPPEARED, ONE_ORDER, "listed by AWS again"),
    event_types.REPLACEMENT_LINKED: News(LINKED, ONE_ITEM, "identified", "replacement for "),
    event_types.SHIPMENT: News(MINOR, ONE_ITEM, before="new shipment details for "),
    event_types.ASSETS: News(MINOR, ONE_ITEM, before="new asset details for "),
}

_MARKS = {
    event_types.STALLED: statuses.STALLED,
    event_types.OVERDUE: statuses.OVERDUE,
    event_types.MISSING: statuses.MISSING,
}


def headline(detail: Mapping[str, Any], *, earlier: Iterable[Change] = (), longest: int = LONGEST) -> str:
    """Return an observation in one sentence of at most 99 characters, such as `Dublin plant: 5 racks shipped`.

    The order's own news comes first, then that of its line items, the weightiest first. If there is no room for all,
    the lightest is left out.

    Args:
        detail: The `detail` of an `Outposts Order Updated` event.
        earlier: Changes of earlier observations in the same message; what is not usual in them is included.
        longest: The number of characters.
    """
    found = _news_of_order(detail, earlier) or [News(USUAL, ONE_ORDER, status_words(detail["orderStatus"]))]
    start = f"{TEST if detail.get('test') else ''}{place(detail)}: "
    return start + _sentence(found, longest - len(start), one=True)


def digest_headline(orders: Sequence[Sequence[Mapping[str, Any]]]) -> str:
    """Return the observations of many orders in one sentence of at most 99 characters.

    Args:
        orders: For each order the `detail` of each of its observations, in `sequence`.
    """
    start = f"{count(len(orders), 'Outposts order')}: "
    news = [
        each
        for *before, last in orders
        for each in _news_of_order(last, (change for detail in before for change in detail["changes"]))
    ]
    return start + _sentence(
        _added_up(news) or [replace(DETAILS, what=Hardware(len(orders), ORDER))], LONGEST - len(start)
    )


def marked_as(detail: Mapping[str, Any]) -> Status:
    """Return the row whose icon and colour mark an observation: the weightiest that it entered, else its order's own.

    Of equally weighty ones, a line item's says more than its order's.
    """
    changes: list[Change] = detail["changes"]
    entered = [*map(status_named, (each for change in changes for each in order_statuses(change)))]
    entered += map(status_named, (each for change in changes for each in line_item_statuses(change)))
    entered += [_MARKS[change["detailType"]] for change in changes if change["detailType"] in _MARKS]
    return max(reversed(entered), key=lambda row: row.weight) if entered else status_named(detail["orderStatus"])


def place(detail: Mapping[str, Any]) -> str:
    """Return where an order belongs: the name of its Outpost or its id; without an Outpost, the order's id."""
    outpost = detail.get("outpostId")
    text = name_of(outpost, names_of(detail)) if outpost else f"Order {plain(detail['orderId'])}"
    return shortened(text, LONGEST_PLACE)


def title(order: Order, names: Names) -> str:
    """Return an order in a few words: `Dublin plant: order in progress, 5 racks`."""
    what = together(ordered(item, names) for item in order.get("LineItems", []))
    start = place({"outpostId": order.get("OutpostId"), "orderId": order.get("OrderId"), "names": names})
    return f"{start}: order {status_words(order.get('Status'))}{f', {what}' if what else ''}"


def names_of(detail: Mapping[str, Any]) -> Names:
    """Return the names that an event has, by id."""
    names: Names = detail.get("names") or {}
    return names


def name_of(identifier: object, names: Names) -> str:
    """Return the name of what has an id, or the id if no readable name is known."""
    name = names.get(identifier, "") if isinstance(identifier, str) else ""
    return plain(name if one_line(name) else identifier)


def with_id(identifier: object, names: Names) -> str:
    """Return a name with its id, or the id alone."""
    name, own = name_of(identifier, names), plain(identifier)
    return own if name == own else f"{name} ({own})"


def status_words(status: object) -> str:
    """Return a status in words, an unknown one as the API returns it."""
    return status_named(status).words or shortened(plain(status), LONGEST_STATUS)


def order_statuses(change: Change) -> list[Any]:
    """Return the order status that a change entered, if any."""
    match change["detailType"]:
        case event_types.ORDER_STATUS:
            return [change["status"]]
        case event_types.DISCOVERED:
            return [status] if (status := change["order"].get("Status")) else []
    return []


def line_item_statuses(change: Change) -> list[Any]:
    """Return the line item statuses that a change entered, including those of a new order or line item."""
    if change["detailType"] == event_types.LINE_ITEM_STATUS:
        return [change["status"]]
    return [item["Status"] for item in new_items(change) if item.get("Status")]


def new_items(change: Change) -> list[Any]:
    """Return the line items of a new order, or a new line item."""
    match change["detailType"]:
        case event_types.LINE_ITEM_ADDED:
            return [change["lineItem"]]
        case event_types.DISCOVERED:
            return list(change["order"].get("LineItems", []))
    return []


def _news_of_order(detail: Mapping[str, Any], earlier: Iterable[Change]) -> list[News]:
    """Return each kind of an order's news once, and of earlier changes what is not usual."""
    names, before = names_of(detail), list(earlier)
    unusual = [news for news in _news(before, names) if news.weight > USUAL]
    found = _added_up([*_standing(detail, [*before, *detail["changes"]]), *unusual, *_news(detail["changes"], names)])
    return [replace(each, what=ONE_ORDER) if each.what.noun == ORDER else each for each in found]


def _news(changes: Iterable[Change], names: Names) -> list[News]:
    """Return all news of changes, without what other news of the same changes already says."""
    found = [news for change in changes for news in (*_ofnew_items(change, names), *_of_change(change, names))]
    if any(news.weight == STALLED for news in found):  # then the order has stalled because of them
        found = [news for news in found if news.weight != ORDER_STALLED]
    if any(news.words == ORDERED and news.before for news in found):  # what is ordered as a replacement replaces
        found = [news for news in found if news.weight != LINKED]
    return found


def _ofnew_items(change: Change, names: Names) -> Iterator[News]:
    """Yield what is unusual about the line items of a new order, and about a new line item."""
    for item in new_items(change):
        status = item.get("Status")
        if status and (weight := status_named(status).weight):
            yield News(weight, ordered(item, names), status_words(status))


def _of_change(change: Change, names: Names) -> Iterator[News]:
    match change["detailType"]:
        case event_types.DISCOVERED:
            yield from _discovered(change["order"], names)
        case event_types.ORDER_STATUS:
            yield News(status_named(change["status"]).weight, ONE_ORDER, status_words(change["status"]))
        case event_types.LINE_ITEM_STATUS:
            what = hardware(change.get("catalogItemId"), change.get("quantity"), names)
            yield News(status_named(change["status"]).weight, what, status_words(change["status"]))
        case event_types.SHIPMENT | event_types.ASSETS as detail_type:
            what = hardware(change.get("catalogItemId"), change.get("quantity"), names)
            yield replace(_ALWAYS[detail_type], what=what)
        case event_types.STALLED if change.get("lineItemId"):
            yield News(STALLED, ONE_ITEM, "stalled")
        case event_types.STALLED:
            yield News(ORDER_STALLED, ONE_ORDER, "stalled")
        case event_types.LINE_ITEM_ADDED:
            yield News(ADDED, ordered(change["lineItem"], names), "added to the order")
        case event_types.LINE_ITEM_REMOVED:
            yield News(ADDED, ordered(change["lineItem"], names), "removed from the order")
        case detail_type:
            yield _ALWAYS.get(detail_type, DETAILS)


def _discovered(order: Mapping[str, Any], names: Names) -> Iterator[News]:
    what = together(ordered(item, names) for item in order.get("LineItems", []))
    before = "replacement for " if what and order.get("OrderType") == "REPLACEMENT" else ""
    yield News(USUAL, what or ONE_ORDER, ORDERED if what else "placed", before)
    status = order.get("Status")
    if status and not status_named(status).first:
        yield News(status_named(status).weight, ONE_ORDER, status_words(status))


def _standing(detail: Mapping[str, Any], changes: Iterable[Change]) -> Iterator[News]:
    """Yield the line items that were in error before and still are; those whose changes were left out are news."""
    new = sum(line_item_statuses(change).count(ERROR) for change in changes)
    if (others := detail["lineItemCountsByStatus"].get(ERROR, 0) - new) > 0:
        weight, words = status_named(ERROR).weight, status_words(ERROR)
        left_out = bool(detail.get("changesOmitted"))
        yield News(weight, Hardware(others), words) if left_out else News(USUAL, Hardware(others), STILL)


def _added_up(found: Iterable[News]) -> list[News]:
    """Return each kind of news once, the heaviest first; minor news only if there is no other."""
    kinds: dict[tuple[int, int, str, str], list[Hardware]] = {}
    for each in found:
        kinds.setdefault((each.weight, each.turn, each.before, each.words), []).append(each.what)
    summed = [
        News(weight, what, words, before)
        for (weight, _, before, words), pieces in kinds.items()
        if (what := together(pieces))
    ]
    summed.sort(key=lambda each: -each.weight)
    return [each for each in summed if each.weight > MINOR] or summed


def _sentence(found: list[News], room: int, *, one: bool = False) -> str:
    """Return as much of the news as fits, the order's own first; the heaviest is always there."""
    for number in range(len(found), 1, -1):
        text = _joined(found[:number], one=one)
        if len(text) <= room:
            return text
    return shortened(_joined(found[:1], one=one), room)


def _joined(found: Sequence[News], *, one: bool) -> str:
    """Return news as a list; an order and line items of which the same is said are one entry."""
    texts, last = list[str](), None
    for each in sorted(found, key=lambda news: news.turn):
        text = each.text(last, one=one)
        if last and last.what.noun == ORDER and last.words == each.words:
            texts[-1] = f"{texts[-1].removesuffix(f' {each.words}')} and {text}"
        else:
            texts.append(text)
        last = each
    return ", ".join(texts)
