"""Looks up what people call the things that an order names by id: its Outpost and its catalog items."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from botocore.exceptions import BotoCoreError, ClientError

from outposts_order_notifier.domain.catalog import describe

if TYPE_CHECKING:
    from mypy_boto3_outposts.client import OutpostsClient

# The permissions that bring names. All are optional.
ACTIONS = ("outposts:ListOutposts", "outposts:ListSites", "outposts:ListCatalogItems")
MAX_NAME = 100  # characters; an Outpost's name has up to 255
ITEM_CLASSES: tuple[Literal["RACK", "SERVER"], ...] = ("RACK", "SERVER")

Named = Iterator[tuple[str | None, str | None]]


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The names found, by id, and why others could not be looked up, by the action of IAM that was not possible."""

    names: dict[str, str]
    errors: dict[str, str]


def look_up(client: "OutpostsClient") -> LookedUp:
    """Return the names of an account's Outposts and sites, and its region's catalog items in words.

    A call that is denied leaves its ids without names, as nobody has to allow it. After a call without an answer, no
    other is made: orders wait for this.
    """
    names, errors = dict[str, str](), dict[str, str]()
    for action, look in zip(ACTIONS, (_outposts, _sites, _catalog_items), strict=True):
        try:
            names |= {identifier: name[:MAX_NAME] for identifier, name in look(client) if identifier and name}
        except ClientError as error:
            errors[action] = str(error)
        except BotoCoreError as error:
            errors[action] = str(error)
            break
    return LookedUp(names, errors)


def _outposts(client: "OutpostsClient") -> Named:
    for page in client.get_paginator("list_outposts").paginate():
        yield from ((outpost.get("OutpostId"), outpost.get("Name")) for outpost in page["Outposts"])


def _sites(client: "OutpostsClient") -> Named:
    for page in client.get_paginator("list_sites").paginate():
        yield from ((site.get("SiteId"), site.get("Name")) for site in page["Sites"])


def _catalog_items(client: "OutpostsClient") -> Named:
    for item_class in ITEM_CLASSES:
        for page in client.get_paginator("list_catalog_items").paginate(ItemClassFilter=[item_class]):
            yield from ((item.get("CatalogItemId"), describe(item_class, item)) for item in page["CatalogItems"])
