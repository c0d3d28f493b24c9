"""Reads orders from the Outposts API, including members that botocore's model does not know."""

import hashlib
import json
import math
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from botocore.model import ListShape, Shape, StructureShape

from outposts_order_notifier.domain.order import Order, canonical_json, unordered_json
from outposts_order_notifier.domain.timestamps import to_iso8601
from outposts_order_notifier.runtime import clients
from outposts_order_notifier.runtime.responses import parse_responses
from outposts_order_notifier.sources.source import Source

if TYPE_CHECKING:
    from mypy_boto3_outposts.client import OutpostsClient

CONCURRENT_READS = 16
ATTEMPTS = 6
PAGE_SIZE = 1_000  # https://docs.aws.amazon.com/outposts/latest/APIReference/API_ListOrders.html
LONGEST_NUMBER = 25  # characters: enough for any double or 64-bit integer

Converter = Callable[[Any], Any]

# Sessions of boto3 and botocore are not thread-safe, and threads that create clients of one role share its credentials.
_LOCK = threading.Lock()


class MalformedOrderError(ValueError):
    """The API returned something other than an order or a list of orders."""


def outposts_client(source: Source, attempts: int = ATTEMPTS) -> "OutpostsClient":
    """Return an Outposts client for a source, with its role's credentials if it has one."""
    with _LOCK:
        client = _create(source, attempts)
    for operation, expected in (("GetOrder", "Order"), ("ListOrders", "Orders")):
        shape = cast("StructureShape", client.meta.service_model.operation_model(operation).output_shape)
        parse_responses(client, operation, partial(_parse, operation, expected, shape.members, converter(shape)))
    return client


def _create(source: Source, attempts: int) -> "OutpostsClient":
    config = clients.configuration(attempts, mode="adaptive", connections=CONCURRENT_READS, read_timeout=10)
    if source.role_arn:
        from outposts_order_notifier.sources import assumed_role  # noqa: PLC0415 - most notifiers read only their own account

        return assumed_role.outposts_client(source.role_arn, source.external_id, source.region, config)
    # boto3's default session, as every further one loads botocore's data again.
    return cast("OutpostsClient", clients.create("outposts", region_name=source.region, config=config))


def list_orders(client: "OutpostsClient", outpost_id: str | None) -> Iterator[Sequence[Mapping[str, Any]] | None]:
    """Yield pages of summaries of all orders, or of one Outpost's; None for a page without a list.

    Raises:
        MalformedOrderError: A page is not a list of orders.
        botocore.exceptions.ClientError: The call failed.
        botocore.exceptions.PaginationError: The API returned the same token twice, so that paging would never end.
    """
    paginator: Any = client.get_paginator("list_orders")
    filters: dict[str, Any] = {"OutpostIdentifierFilter": outpost_id} if outpost_id else {}
    for page in paginator.paginate(**filters, PaginationConfig={"PageSize": PAGE_SIZE}):
        yield page.pop("Orders", None)  # taken out of the page, whose memory the next one can then use


def digest(summary: Mapping[str, Any]) -> bytes:
    """Return eight bytes that change with any change of a ListOrders summary, except for the order of its lists."""
    return hashlib.sha256(unordered_json(summary).encode()).digest()[:8]


def get_order(client: "OutpostsClient", order_id: str) -> Order:
    """Return an order with the API's member names, times as ISO 8601, and without nulls.

    Raises:
        MalformedOrderError: The API returned something else, or another order.
        botocore.exceptions.ClientError: The call failed, with NotFoundException, ThrottlingException or another error.
    """
    order = cast("Order", client.get_order(OrderId=order_id).get("Order", {}))
    if order.get("OrderId") != order_id:
        raise MalformedOrderError(f"GetOrder of {order_id} returned an order with the id {order.get('OrderId')}")
    return order


def _parse(operation: str, expected: str, members: Collection[str], convert: Converter, body: bytes) -> dict[str, Any]:
    """Parse a response instead of botocore's parser, which drops unknown members and fails on unexpected types.

    A ListOrders response without `Orders` is valid only if it is empty.
    """
    try:
        response = json.loads(
            body,
            parse_constant=str,
            parse_float=partial(_number, float),
            parse_int=partial(_number, int),
        )
        parsed = convert(response)
    except (ValueError, RecursionError) as error:
        raise MalformedOrderError(f"{operation} returned invalid JSON: {error}") from error
    known = {member: parsed[member] for member in members if member in parsed}
    if not isinstance(response, dict) or (expected not in known and parsed.keys() - known.keys()):
        raise MalformedOrderError(f"{operation} returned {canonical_json(parsed)[:100]}")
    return known


def from_wire(value: Any, shape: Shape | None) -> Any:
    """Return a rest-json value as plain JSON of its shape, which is None if botocore's model does not know it.

    Times become ISO 8601, and nulls are omitted. A value whose type does not fit its shape is converted, so that it is
    neither lost nor fatal to the rest: to a list with that value, to an object with the member `value`, or, in place of
    a string, a number or a time, to its JSON text.
    """
    return converter(shape)(value)


def converter(shape: Shape | None) -> Converter:
    """Return `from_wire` for one shape, faster: a page has a thousand orders, and shapes are inspected only once."""
    if isinstance(shape, StructureShape):
        return partial(_object, _Members(shape.members))
    if isinstance(shape, ListShape):
        return partial(_list, converter(shape.member))
    kind = shape.type_name if shape else None
    if kind == "map":
        return partial(_object, _UNKNOWN)
    return partial(_scalar, kind) if kind else _anything


class _Members(dict[str, Converter]):
    """The converters of an object's members, made when first needed, as a shape may contain itself."""

    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        super().__init__()
        self._shapes = shapes

    def __missing__(self, name: str) -> Converter:
        if name not in self._shapes:
            return _anything
        self[name] = converter(self._shapes[name])
        return self[name]


_UNKNOWN = _Members({})


def _object(members: _Members, value: Any) -> dict[str, Any]:
    named = value if isinstance(value, dict) else {"value": value}
    return {
        name if name.isascii() else _without_lone_surrogates(name): members[name](member)
        for name, member in named.items()
        if member is not None
    }


def _list(convert: Converter, value: Any) -> list[Any]:
    return [convert(each) for each in (value if isinstance(value, list) else [value]) if each is not None]


def _scalar(kind: str, value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else _without_lone_surrogates(value)
    if kind != "string" and _is_number(value):
        return _time(value) if kind == "timestamp" else value
    return canonical_json(_anything(value))


def _anything(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else _without_lone_surrogates(value)
    if isinstance(value, dict):
        return _object(_UNKNOWN, value)
    return _list(_anything, value) if isinstance(value, list) else value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _time(seconds: float) -> str:
    try:
        return to_iso8601(datetime.fromtimestamp(seconds, UTC))
    except (OverflowError, ValueError, OSError):
        return canonical_json(seconds)


def _number(kind: type[int] | type[float], text: str) -> float | str:
    """Parse a number; keep it as text if other JSON parsers could not represent it."""
    number = kind(text) if len(text) <= LONGEST_NUMBER else math.inf
    return number if math.isfinite(number) else text


def _without_lone_surrogates(text: str) -> str:
    """Replace halves of surrogate pairs, which JSON can escape, but UTF-8, and so every AWS service, cannot encode."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
