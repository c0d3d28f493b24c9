"""The functions' requests to AWS: each call of a client, recorded as the requests on which IAM decides."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pytest
from botocore.client import BaseClient
from botocore.session import Session

from outposts_order_notifier.notify.channels.registry import parts
from outposts_order_notifier.notify.routes import routes_of

if TYPE_CHECKING:
    from types import FrameType

PACKAGE = f"{Path(__file__).parent.parent.parent / 'outposts_order_notifier'}{os.sep}"
FUNCTIONS = {"poll", "planner", "notify", "board"}
DOCTORS = ("doctor.py", "secret_check.py")  # the checks of channels run with the operator's permissions
OUTPOSTS_READS = {"ListOrders", "GetOrder", "ListOutposts", "ListSites", "ListCatalogItems"}
OWN = "123456789012"  # the account in moto
VARIABLES = (
    "SNAPSHOT_TABLE_NAME",
    "IDEMPOTENCY_TABLE_NAME",
    "EVENT_BUS_NAME",
    "POLL_QUEUE_URL",
    "NOTIFY_QUEUE_URL",
    "NOTIFICATION_TOPIC_ARN",
    "AMAZON_Q_TOPIC_ARN",
    *(variable for each in parts("settings") for variable in getattr(each, "VARIABLES", {})),
)


@dataclass(frozen=True)
class Call:
    """A call as IAM sees it.

    Attributes:
        function: The function that made it.
        action: Such as `dynamodb:PutItem`.
        resource: Its ARN, as far as the call identifies it; `*` for an action without resources.
        role: The role of another account that made it, None for the function's own.
        variable: The environment variable that names the resource, or an empty string.
        context: Condition keys that the call itself sets.
    """

    function: str
    action: str
    resource: str
    role: str | None = field(default=None)
    variable: str = ""
    context: tuple[tuple[str, str], ...] = ()

    @property
    def kind(self) -> tuple[str, str, str]:
        """The kind of call, regardless of the names of a test's resources."""
        return self.function, self.action, self.variable


makers: WeakKeyDictionary[Any, str] = WeakKeyDictionary()  # the function that created each client


@dataclass(frozen=True)
class Recorded:
    """What was recorded.

    Attributes:
        calls: The functions' calls, successful or not.
        roles: The role that each access key belongs to.
    """

    calls: set[Call] = field(default_factory=set)
    roles: dict[str, str] = field(default_factory=dict)


@contextmanager
def recording() -> Iterator[Recorded]:
    """Record what the functions request from AWS.

    The call stack identifies the function; in a thread of shared code alone, it is the one that created the client.
    """
    recorded_calls = Recorded()
    calls, roles = recorded_calls.calls, recorded_calls.roles
    make, create = BaseClient._make_api_call, Session.create_client  # type: ignore[attr-defined]

    def recorded(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        function = _caller() or makers.get(client)
        try:
            answer = make(client, operation, parameters)
        finally:
            if function:
                asked = _asked(client, operation, parameters)
                calls.update(_call(function, roles.get(_access_key(client) or ""), *each) for each in asked)
        if operation == "AssumeRole":
            roles[answer["Credentials"]["AccessKeyId"]] = parameters["RoleArn"]
        return answer

    def made(session: Session, *arguments: Any, **options: Any) -> Any:
        client = create(session, *arguments, **options)
        if function := _caller():
            makers[client] = function
        return client

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", recorded)
        patch.setattr(Session, "create_client", made)
        yield recorded_calls


def _caller() -> str | None:
    """Return the function whose code is nearest in the call stack; None for a test's own call."""
    frame: FrameType | None = sys._getframe(1)
    while frame:
        path = frame.f_code.co_filename
        if path.endswith(DOCTORS):
            return None
        if path.startswith(PACKAGE) and (name := path[len(PACKAGE) :].partition(os.sep)[0]) in FUNCTIONS:
            return name
        frame = frame.f_back
    return None


def _access_key(client: Any) -> str | None:
    """Return the key with which a client last signed; reading it from the credentials would renew them."""
    credentials = vars(client._request_signer._credentials)
    key: str | None = credentials.get("_access_key", credentials.get("access_key"))
    return key


def _call(function: str, role: str | None, action: str, resource: str, named: str, *context: tuple[str, str]) -> Call:
    settings = [os.environ, *routes_of(os.environ).values()]
    variable = next((name for name in VARIABLES if named and any(each.get(name) == named for each in settings)), "")
    return Call(function, action, resource, role, variable, context)


def _asked(  # noqa: C901, PLR0911 - a case for each way to name a resource
    client: Any, operation: str, parameters: dict[str, Any]
) -> list[tuple[Any, ...]]:
    """Return action, resource, the resource's name in the call, and condition keys of each request in a call.

    Follows https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html.
    Nobody has looked up what any other operation needs; it is in no list, so the test that calls it fails.
    """
    region = client.meta.region_name

    def table(name: str, index: str | None = None) -> str:
        return f"arn:aws:dynamodb:{region}:{OWN}:table/{name}" + (f"/index/{index}" if index else "")

    match client.meta.service_model.service_id.lower(), operation, parameters:
        case "dynamodb", "BatchGetItem", {"RequestItems": tables}:
            return [("dynamodb:BatchGetItem", table(name), name) for name in tables]
        case "dynamodb", "TransactWriteItems", {"TransactItems": items}:
            each = [(verb, write["TableName"]) for item in items for verb, write in item.items()]
            return [(f"dynamodb:{verb}Item", table(name), name) for verb, name in each]
        case "dynamodb", "Query" | "Scan" | "GetItem" | "PutItem" | "UpdateItem" | "DeleteItem", {"TableName": name}:
            return [(f"dynamodb:{operation}", table(name, parameters.get("IndexName")), name)]
        case "eventbridge", "PutEvents", {"Entries": entries}:
            return [
                (
                    "events:PutEvents",
                    f"arn:aws:events:{region}:{OWN}:event-bus/{entry['EventBusName']}",
                    entry["EventBusName"],
                    ("events:source", entry["Source"]),
                    ("events:detail-type", entry["DetailType"]),
                )
                for entry in entries
            ]
        case "sns", "Publish", {"TopicArn": topic}:
            return [("sns:Publish", topic, topic)]
        case "sqs", "SendMessageBatch" | "ChangeMessageVisibility", {"QueueUrl": url}:
            name = url.rpartition("/")[2]
            return [(f"sqs:{operation.removesuffix('Batch')}", f"arn:aws:sqs:{region}:{OWN}:{name}", url)]
        case "secrets manager", "GetSecretValue", {"SecretId": name}:
            arn = f"arn:aws:secretsmanager:{region}:{OWN}:secret:{name}-AbCdEf"
            return [("secretsmanager:GetSecretValue", arn, name)]
        case "sts", "AssumeRole", {"RoleArn": role}:
            external_id = parameters.get("ExternalId")
            return [("sts:AssumeRole", role, "", *([("sts:ExternalId", external_id)] if external_id else []))]
        case ("outposts", _, _) if operation in OUTPOSTS_READS:
            return [(f"outposts:{operation}", "*", "")]
        case ("organizations", "ListAccounts", _):
            return [(f"{client.meta.service_model.service_id.lower()}:{operation}", "*", "")]
    return [(f"{client.meta.service_model.service_id}:{operation}", "unknown", "")]
