"""Reads orders from the Outposts API, members that botocore's model has never heard of included."""

import hashlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.model import ListShape, Shape, StructureShape
from botocore.utils import parse_timestamp

from lambdas.orders.order import Order, canonical_json
from lambdas.orders.timestamps import to_iso8601
from lambdas.poll.source import Source

if TYPE_CHECKING:
    from mypy_boto3_outposts.client import OutpostsClient
    from mypy_boto3_outposts.type_defs import OrderSummaryTypeDef

CONCURRENT_READS = 16
PAGE_SIZE = 1_000  # ListOrders' MaxResults goes up to here


class MalformedOrderError(ValueError):
    """GetOrder answered something that is not an order; the text names the member."""


def outposts_client(source: Source) -> "OutpostsClient":
    """Make a client for a source's region, with its role where it has one; assumed roles are renewed in time."""
    session = boto3.Session(botocore_session=_session(source), region_name=source.region)
    client = session.client(
        "outposts",
        config=Config(
            retries={"mode": "adaptive", "max_attempts": 5},
            max_pool_connections=CONCURRENT_READS,
            connect_timeout=5,
            read_timeout=20,
        ),
    )
    client.meta.events.register("after-call.outposts.GetOrder", _keep_whole_order)
    return client


def _session(source: Source) -> botocore.session.Session:
    session = botocore.session.Session()
    if source.role_arn:
        fetcher = AssumeRoleCredentialFetcher(
            client_creator=session.create_client,
            source_credentials=session.get_credentials(),
            role_arn=source.role_arn,
            extra_args={
                "RoleSessionName": "outposts-order-notifier",
                **({"ExternalId": source.external_id} if source.external_id else {}),
            },
        )
        # botocore has no public way to give a session credentials that renew themselves.
        credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, method="assume-role")
        session._credentials = credentials  # type: ignore[attr-defined] # noqa: SLF001
    return session


def list_orders(client: "OutpostsClient", outpost_ids: tuple[str, ...]) -> Iterator["OrderSummaryTypeDef"]:
    """List the summaries of all orders, or of those of some Outposts, page by page.

    Raises:
        botocore.exceptions.PaginationError: The API gave the same token twice; going on would never end.
    """
    paginator = client.get_paginator("list_orders")
    for filters in [{"OutpostIdentifierFilter": outpost_id} for outpost_id in outpost_ids] or [{}]:
        for page in paginator.paginate(**filters, PaginationConfig={"PageSize": PAGE_SIZE}):
            yield from page.get("Orders", [])


def digest(summary: "OrderSummaryTypeDef") -> bytes:
    """Eight bytes that differ when anything in a ListOrders summary does."""
    text = json.dumps(summary, sort_keys=True, default=to_iso8601)
    return hashlib.sha256(text.encode()).digest()[:8]


def get_order(client: "OutpostsClient", order_id: str) -> Order:
    """Read one order as the API gives it: its own member names, times as ISO 8601, nulls left out.

    Raises:
        MalformedOrderError: The answer is not an order.
        botocore.exceptions.ClientError: The API refused; NotFoundException, ThrottlingException and so on.
    """
    order = cast("Order", client.get_order(OrderId=order_id).get("Order", {}))
    if order.get("OrderId") != order_id:
        raise MalformedOrderError(f"GetOrder of {order_id} answered an order with the id {order.get('OrderId')}")
    return order


def _keep_whole_order(http_response: Any, parsed: dict[str, Any], model: Any, **_: object) -> None:
    """Put back what botocore's parser drops because its model lacks it.

    Runs at botocore's `after-call` event, where the raw body is at hand.
    """
    if "Order" in parsed:
        shape = model.output_shape.members["Order"]
        parsed["Order"] = from_wire(json.loads(http_response.content)["Order"], shape, "Order")


def from_wire(value: Any, shape: Shape | None, path: str) -> Any:
    """Turn a rest-json value into plain JSON: times as ISO 8601, nulls left out as absent.

    Args:
        value: The value as parsed from the body.
        shape: Its shape in botocore's model, None for what the model has never heard of.
        path: Where it stands, for error texts.

    Raises:
        MalformedOrderError: A value's type is not its shape's.
    """
    if isinstance(shape, StructureShape) or (shape is None and isinstance(value, dict)):
        members = shape.members if isinstance(shape, StructureShape) else {}
        return {
            name: from_wire(member, members.get(name), f"{path}.{name}")
            for name, member in _of_type(value, dict, path).items()
            if member is not None
        }
    if isinstance(shape, ListShape) or (shape is None and isinstance(value, list)):
        member_shape = shape.member if isinstance(shape, ListShape) else None
        return [
            from_wire(member, member_shape, f"{path}[{index}]")
            for index, member in enumerate(_of_type(value, list, path))
            if member is not None
        ]
    if shape is not None and shape.type_name == "timestamp":
        return to_iso8601(parse_timestamp(value))
    if shape is not None and shape.type_name == "string":
        _of_type(value, str, path)
    return _without_lone_surrogates(value) if isinstance(value, str) else value


def _of_type(value: Any, expected: type, path: str) -> Any:
    if not isinstance(value, expected):
        raise MalformedOrderError(f"{path} is {canonical_json(value)[:100]}; the API's model has a {expected.__name__}")
    return value


def _without_lone_surrogates(text: str) -> str:
    """JSON can escape half a character; UTF-8, and so every service behind us, cannot hold it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
