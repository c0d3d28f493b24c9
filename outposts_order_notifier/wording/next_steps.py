"""Who acts next, and how: a row for each status that requires somebody to act, for racks and for servers. Pure.

Each row's page of AWS's user guides is its source, and what its link leads to.
"""

# ruff: noqa: E501 - a row for each step, as in a table

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from typing import Any

from outposts_order_notifier.domain import event_types
from outposts_order_notifier.domain.order import Order
from outposts_order_notifier.domain.statuses import ERROR, REPLACED, Actor
from outposts_order_notifier.wording.console import support_case_url
from outposts_order_notifier.wording.hardware import ITEM, RACK, SERVER, kind_of
from outposts_order_notifier.wording.headline import Change, Names, names_of, new_items, order_statuses
from outposts_order_notifier.wording.words import moment, plain

_GUIDES = "https://docs.aws.amazon.com/outposts/latest"
_API = f"{_GUIDES}/APIReference/API_Order.html"
DELIVERED, INSTALLING = "DELIVERED", "INSTALLING"
LATE = "stalled or overdue"  # a situation, like a status
MOST_IN_CASE = 20  # line items

Situation = tuple[object, str]  # a status or LATE, and the kind of hardware: RACK, SERVER or ITEM


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody does next.

    Attributes:
        actor: Who.
        text: What, so that it follows the actor and a colon.
        url: The page of AWS that says so.
        url_text: What the link leads to.
    """

    actor: Actor
    text: str
    url: str
    url_text: str = "AWS's guide"


# fmt: off
STEPS: Mapping[str, Mapping[str, Step]] = {
    ERROR: {
        ITEM: Step("you", "contact AWS Support", _API, "Open a case"),
    },
    LATE: {
        ITEM: Step("you", "ask AWS Support about the delay", _API, "Open a case"),
    },
    REPLACED: {
        RACK: Step("you", "agree with AWS on a date for its team to replace the hardware; AWS contacts the Outpost's owner", f"{_GUIDES}/userguide/outpost-maintenance.html"),
        SERVER: Step("you", "install the replacement in the same place, and return the old server with the prepaid label from the console", f"{_GUIDES}/server-userguide/outpost-maintenance.html"),
        ITEM: Step("you", "prepare for the replacement: AWS's team replaces hardware of a rack, you replace a server", f"{_GUIDES}/userguide/outpost-maintenance.html"),
    },
    DELIVERED: {
        RACK: Step("you", "agree with AWS on a date for its installation team; have the rack's position, power and network ready", f"{_GUIDES}/userguide/outposts-requirements.html"),
        SERVER: Step("you", "inspect the server, mount it, connect power and network, and authorize it", f"{_GUIDES}/server-userguide/install-server.html"),
        ITEM: Step("you", "prepare the installation: AWS's team installs a rack, you install a server", f"{_GUIDES}/userguide/outposts-requirements.html"),
    },
    INSTALLING: {
        RACK: Step("AWS", "installs the rack; you confirm afterwards that its capacity is available in your account", f"{_GUIDES}/userguide/outposts-requirements.html"),
        SERVER: Step("you", "authorize the server with the Outpost Configuration Tool", f"{_GUIDES}/install-server/authorize-4.html"),
        ITEM: Step("you", "complete the installation: AWS's team installs a rack, you install a server", f"{_GUIDES}/userguide/outposts-requirements.html"),
    },
}
# fmt: on


def next_steps(detail: Mapping[str, Any]) -> list[Step]:
    """Return what an observation requires somebody to do, the most urgent first.

    Args:
        detail: The `detail` of an `Outposts Order Updated` event.
    """
    situations = {each for change in detail["changes"] for each in _entered(change, names_of(detail))}
    standing = {(ERROR, ITEM)} if is_in_error(detail) else set[Situation]()
    return _steps(situations | standing, detail["region"])


def steps_of_order(order: Order, names: Names, region: str) -> list[Step]:
    """Return what an order as it is requires somebody to do, the most urgent first."""
    items = {(item.get("Status"), kind_of(item.get("CatalogItemId"), names)) for item in order.get("LineItems", [])}
    own = (order.get("Status"), _kind_of(names))
    counts = items | {own} if own[0] == ERROR or not items else items
    return _steps({each for each in counts if each[0] != REPLACED}, region)


def is_in_error(detail: Mapping[str, Any]) -> bool:
    """Return whether an order or any of its line items is in error after an observation."""
    return detail["orderStatus"] == ERROR or ERROR in detail["lineItemCountsByStatus"]


def case_text(detail: Mapping[str, Any], zone: tzinfo = UTC) -> str:
    """Return a text ready for a case with AWS Support; empty if nothing entered ERROR in an observation."""
    items = [each for change in detail["changes"] for each in _items_in_error(change)]
    order = any(ERROR in order_statuses(change) for change in detail["changes"])
    if not (items or order):
        return ""
    more = f" and {len(items) - MOST_IN_CASE} more" if len(items) > MOST_IN_CASE else ""
    noun = "line item" if len(items) == 1 else "line items"
    affected = f"{noun} {', '.join(items[:MOST_IN_CASE])}{more}" if items else ""
    what = " and ".join(each for each in ("the order" if order else "", affected) if each)
    return (
        f"AWS Outposts order {plain(detail['orderId'])}, Outpost {plain(detail['outpostId'])}, "
        f"account {plain(detail['account'])}, region {plain(detail['region'])}.\n"
        f"Since {moment(detail['observedAt'], zone)}, the Outposts API has reported the status ERROR for {what}.\n"
        "What is the cause, what do you need from us, and when will work on the order resume?"
    )


def _steps(situations: Iterable[Situation], region: str) -> list[Step]:
    """Return the steps of situations, each once, in the order of the table.

    What is said of racks or servers is not said again of hardware of an unknown kind.
    """
    given = set(situations)
    known = {situation for situation, kind in given if kind != ITEM}
    wanted = {(situation, kind) for situation, kind in given if kind != ITEM or situation not in known}
    found = [
        rows.get(kind, rows[ITEM])
        for situation, rows in STEPS.items()
        for kind in (RACK, SERVER, ITEM)
        if (situation, kind) in wanted
    ]
    return [replace(each, url=support_case_url(region)) if each.url == _API else each for each in dict.fromkeys(found)]


def _entered(change: Change, names: Names) -> Iterator[Situation]:
    """Yield the situations that a change begins."""
    for status in order_statuses(change):
        yield status, _kind_of(names)
    for item in new_items(change):
        yield item.get("Status"), kind_of(item.get("CatalogItemId"), names)
    if change["detailType"] == event_types.LINE_ITEM_STATUS:
        yield change["status"], kind_of(change.get("catalogItemId"), names)
    if change["detailType"] == event_types.STALLED:
        yield (change["status"], _kind_of(names)) if change["status"] in STEPS else (LATE, ITEM)
    if change["detailType"] == event_types.OVERDUE:
        yield LATE, ITEM


def _kind_of(names: Names) -> str:
    """Return the kind of hardware of an order all of whose named catalog items are of one kind."""
    kinds = {noun for name in names if (noun := kind_of(name, names)) != ITEM}
    return kinds.pop() if len(kinds) == 1 else ITEM


def _items_in_error(change: Change) -> Iterator[str]:
    """Yield the ids of the line items that a change puts into error."""
    if change["detailType"] == event_types.LINE_ITEM_STATUS and change["status"] == ERROR:
        yield plain(change["lineItemId"])
    yield from (plain(item.get("LineItemId")) for item in new_items(change) if item.get("Status") == ERROR)
