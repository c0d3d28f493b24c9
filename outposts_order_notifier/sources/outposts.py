"""Reads orders from the Outposts API, members that botocore's model has never heard of included."""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from botocore.model import ListShape, OperationModel, Shape, StructureShape

from outposts_order_notifier.domain.order import Order, canonical_json, unordered_json
from outposts_order_notifier.domain.timestamps import to_iso8601
from outposts_order_notifier.runtime import clients
from outposts_order_notifier.sources.source import Source

if TYPE_CHECKING:
    from mypy_boto3_outposts.client import OutpostsClient

CONCURRENT_READS = 16
ATTEMPTS = 6
PAGE_SIZE = 1_000  # ListOrders' MaxResults goes up to here
LONGEST_NUMBER = 25  # characters: a double's, and no more than a 64-bit integer's and some


class MalformedOrderError(ValueError):
    """The API answered something that is no order, or no list of orders; the text says what."""


def outposts_client(source: Source, attempts: int = ATTEMPTS) -> "OutpostsClient":
    """Make a client for a source's region, with its role where it has one; assumed roles are renewed in time.

    Args:
        source: Whose orders it is to read.
        attempts: How many times a call is made at most.
    """
    config = clients.configuration(attempts, mode="adaptive", connections=CONCURRENT_READS, read_timeout=10)
    if source.role_arn:
        from outposts_order_notifier.sources import assumed_role  # noqa: PLC0415 - most notifiers read their own account alone

        client = assumed_role.outposts_client(source.role_arn, source.external_id, source.region, config)
    else:
        # The default session: each session of its own reads botocore's data anew.
        client = clients.create("outposts", region_name=source.region, config=config)
    for operation in ("GetOrder", "ListOrders"):
        client.meta.events.register(f"before-parse.outposts.{operation}", _read_body)
    return client


def list_orders(client: "OutpostsClient", outpost_id: str | None) -> Iterator[Sequence[Mapping[str, Any]] | None]:
    """List the summaries of all orders, or of one Outpost's, page by page; None for a page that does not say.

    Raises:
        MalformedOrderError: A page is not a list of orders.
        botocore.exceptions.ClientError: The API refused.
        botocore.exceptions.PaginationError: The API gave the same token twice; going on would never end.
    """
    paginator = client.get_paginator("list_orders")
    filters: dict[str, Any] = {"OutpostIdentifierFilter": outpost_id} if outpost_id else {}
    for page in paginator.paginate(**filters, PaginationConfig={"PageSize": PAGE_SIZE}):
        yield page.get("Orders")


def digest(summary: Mapping[str, Any]) -> bytes:
    """Eight bytes that differ when anything in a ListOrders summary does, but for the order of its lists."""
    return hashlib.sha256(unordered_json(summary).encode()).digest()[:8]


def get_order(client: "OutpostsClient", order_id: str) -> Order:
    """Read one order as the API gives it: its own member names, times as ISO 8601, nulls left out.

    Raises:
        MalformedOrderError: The answer is not an order, or another one.
        botocore.exceptions.ClientError: The API refused; NotFoundException, ThrottlingException and so on.
    """
    order = cast("Order", client.get_order(OrderId=order_id).get("Order", {}))
    if order.get("OrderId") != order_id:
        raise MalformedOrderError(f"GetOrder of {order_id} answered an order with the id {order.get('OrderId')}")
    return order


def _read_body(
    operation_model: OperationModel,
    response_dict: dict[str, Any],
    customized_response_dict: dict[str, Any],
    **_: object,
) -> None:
    """Read an answer in the place of botocore's parser, which drops what its model lacks and trips over odd types.

    Runs at botocore's `before-parse` event. An answer without `Orders` is a page of a listing only where nothing else
    is in it either.
    """
    if response_dict["status_code"] != HTTPStatus.OK:
        return
    name, shape = operation_model.name, cast("StructureShape", operation_model.output_shape)
    told = {"GetOrder": "Order", "ListOrders": "Orders"}[name]
    try:
        answer = json.loads(
            response_dict["body"],
            parse_constant=str,
            parse_float=partial(_number, float),
            parse_int=partial(_number, int),
        )
        parsed = from_wire(answer, shape)
    except (ValueError, RecursionError) as error:
        raise MalformedOrderError(f"{name} answered what cannot be read as JSON: {error}") from error
    known = {member: parsed[member] for member in shape.members if member in parsed}
    if not isinstance(answer, dict) or (told not in known and parsed.keys() - known.keys()):
        raise MalformedOrderError(f"{name} answered {canonical_json(parsed)[:100]}")
    customized_response_dict.update(known)
    response_dict["body"] = b"{}"


def from_wire(value: Any, shape: Shape | None) -> Any:
    """Turn a rest-json value into plain JSON of its shape, whatever a server answers.

    Times become ISO 8601, nulls are left out as absent. What is of another type than its shape is brought into it, so
    that an odd value is neither lost nor in the way of the others: a single value becomes a list of it, one that is no
    object the member `value` of one, and anything in the place of a text, a number or a time the JSON that it is.

    Args:
        value: The value as parsed from the body.
        shape: Its shape in botocore's model, None for what the model has never heard of.
    """
    kind = shape.type_name if shape else {"dict": "map", "list": "list"}.get(type(value).__name__)
    if kind in {"structure", "map"}:
        members = shape.members if isinstance(shape, StructureShape) else {}
        named = value if isinstance(value, dict) else {"value": value}
        return {
            _without_lone_surrogates(name): from_wire(member, members.get(name))
            for name, member in named.items()
            if member is not None
        }
    if kind == "list":
        member_shape = shape.member if isinstance(shape, ListShape) else None
        listed = value if isinstance(value, list) else [value]
        return [from_wire(member, member_shape) for member in listed if member is not None]
    if isinstance(value, str):
        return _without_lone_surrogates(value)
    if kind == "timestamp" and _is_number(value):
        return _time(value)
    return value if kind is None or (kind != "string" and _is_number(value)) else canonical_json(from_wire(value, None))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _time(seconds: float) -> str:
    try:
        return to_iso8601(datetime.fromtimestamp(seconds, UTC))
    except (OverflowError, ValueError, OSError):
        return canonical_json(seconds)


def _number(kind: type[int] | type[float], text: str) -> float | str:
    """Read a number; one that JSON's readers elsewhere could not hold stays text."""
    number = kind(text) if len(text) <= LONGEST_NUMBER else math.inf
    return number if math.isfinite(number) else text


def _without_lone_surrogates(text: str) -> str:
    """JSON can escape half a character; UTF-8, and so every service behind us, cannot hold it."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
