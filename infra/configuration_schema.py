"""What the `notifier` context may hold, as a JSON Schema; a `description` is what an error names as allowed."""

from functools import cache
from typing import Any

from lambdas.orders.event_types import CHANGES, Common, OrderUpdated, Told
from machine import aws_data

# What a `notify` pattern may name: the keys of an `Outposts Order Updated` event, and of each of its changes.
DETAIL_KEYS = [*Common.__annotations__, *(key for key in OrderUpdated.__annotations__ if key != "changes")]
CHANGE_KEYS = list(
    dict.fromkeys(key for keys in (Told, *(each.keys for each in CHANGES)) for key in keys.__annotations__)
)


@cache
def regions() -> dict[str, str]:
    """Map each AWS region that botocore knows to its partition."""
    session = aws_data.session()
    return {
        region: partition
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("ec2", partition)
    }


STATUS_KEYS = frozenset({"orderStatus", "status", "previousStatus"})


@cache
def statuses() -> tuple[str, ...]:
    """Give the statuses of orders and line items that botocore's outposts model knows."""
    model = aws_data.session().get_service_model("outposts")
    return tuple(
        status for shape in ("OrderStatus", "LineItemStatus") for status in model.shape_for(shape).metadata["enum"]
    )


@cache
def schema() -> dict[str, Any]:
    """Give the JSON Schema of the `notifier` context; statuses and identifiers follow botocore's outposts model."""
    model = aws_data.session().get_service_model("outposts")
    region = {
        "type": "string",
        "enum": sorted(regions()),
        "description": "the name of an AWS region, such as eu-west-1",
    }
    account = _text(r"\d{12}", "an account id: 12 digits, in quotation marks")
    partitions = "|".join(sorted(set(regions().values())))
    days = {
        "type": ["integer", "null"],
        "minimum": 1,
        "maximum": 3_650,
        "description": "a whole number of days from 1 to 3650, or null",
    }
    external_id = _text(r"[\w+=,.@:/-]{2,1224}", "2 to 1,224 letters, digits and +=,.@:/-_")
    source = _object(
        {
            "region": region,
            "roleArn": _text(
                rf"arn:({partitions}):iam::\d{{12}}:role/[\w+=,.@/-]{{1,512}}",
                "an IAM role's ARN, such as arn:aws:iam::123456789012:role/OutpostsReader",
            ),
            "externalId": external_id,
            "outpostIds": _list(
                _text(model.shape_for("OutpostIdOnly").metadata["pattern"], "an Outpost's id: op- and 17 hex digits")
            ),
        },
        required=["region"],
        dependentRequired={"externalId": ["roleArn"]},
    )
    organization = _object(
        {
            "roleName": _text(r"[\w+=,.@-]{1,64}", "an IAM role's name"),
            "regions": _list(region),
            "externalId": external_id,
            "accounts": _list(account),
            "excludeAccounts": _list(account),
        },
        required=["roleName", "regions"],
        **{"not": {"required": ["accounts", "excludeAccounts"]}},
        description="an object with roleName, regions, and accounts or excludeAccounts, not both",
    )
    return _object(
        {
            "sources": _list(source),
            "organization": organization,
            "pollEveryMinutes": {
                "type": "integer",
                "minimum": 1,
                "maximum": 1_440,
                "description": "a whole number of minutes from 1 to 1440",
            },
            "announceExistingOrders": {"type": "boolean", "description": "true or false"},
            "stalledAfterDays": _object(
                {
                    "order": _object(dict.fromkeys(model.shape_for("OrderStatus").metadata["enum"], days)),
                    "lineItem": _object(dict.fromkeys(model.shape_for("LineItemStatus").metadata["enum"], days)),
                }
            ),
            "slack": _object(
                {
                    "secretName": _text(
                        r"[\w/+=.@-]{1,512}", "the name (not the ARN) of a secret: letters, digits and /_+=.@-"
                    ),
                    "channel": _text(r"#?[\w-]{1,80}", "a channel's id or name, such as C0123456789 or #outposts"),
                },
                required=["secretName"],
            ),
            "amazonQDeveloper": {"type": "boolean", "description": "true or false"},
            "emails": _list(_text(r"[^@\s]+@[^@\s]+\.[^@\s.]+", "an e-mail address"), minimum=0),
            "notify": {
                **_pattern(DETAIL_KEYS, {"changes": _pattern(CHANGE_KEYS, {})}),
                "type": "object",
                "minProperties": 0,
            },
            "eventBusReaders": _list(
                _text(r"\d{12}|o-[a-z0-9]{10,32}", "an account id (12 digits) or an organization id (o-…), as text"),
                minimum=0,
            ),
            "outpostsEndpointUrl": _text(r"https?://[^\s/?#]+(/[^\s?#]*)?", "a URL that begins http:// or https://"),
        }
    ) | {"$defs": {"pattern": _pattern((), {}) | _ANY_KEY, "matcher": _matcher()}}


# "additionalProperties" comes first, so that a misspelt key is told before what it leaves missing.
def _object(properties: dict[str, Any], required: list[str] | None = None, **further: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": required or [],
        "description": f"an object with {', '.join(properties)}",
        **further,
    }


def _list(items: dict[str, Any], minimum: int = 1) -> dict[str, Any]:
    return {
        "type": "array",
        "items": items,
        "minItems": minimum,
        "uniqueItems": True,
        "description": f"a list{' of at least one' if minimum else ''}, each once: {items['description']}",
    }


def _text(pattern: str, description: str) -> dict[str, Any]:
    return {"type": "string", "pattern": rf"^(?:{pattern})\Z", "description": description}


# Event patterns: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
_ANY_KEY = {"additionalProperties": {"$ref": "#/$defs/pattern"}}


def _pattern(keys: list[str] | tuple[()], properties: dict[str, Any]) -> dict[str, Any]:
    level: dict[str, Any] = {
        "type": ["object", "array"],
        "additionalProperties": False,
        "minItems": 1,
        "minProperties": 1,
        "items": {"$ref": "#/$defs/matcher"},
        "properties": {**{key: {"$ref": "#/$defs/pattern"} for key in keys}, **properties},
        "description": "an EventBridge pattern: a list of what a value may be, or an object of such",
    }
    alternatives = {
        "type": "array",
        "minItems": 2,
        "items": {**level, "type": "object"} | ({} if keys else _ANY_KEY),
        "description": "a list of at least two patterns",
    }
    return {**level, "properties": {**level["properties"], "$or": alternatives}}


def _matcher() -> dict[str, Any]:
    text = {"type": "string", "description": "text"}
    texts = {"type": ["string", "array"], "items": text, "minItems": 1, "description": "text or a list of texts"}
    ignoring_case = {**_object({"equals-ignore-case": text}), "type": ["string", "object"], "minProperties": 1}
    ignoring_case["description"] = 'text, or {"equals-ignore-case": text}'
    matchers = {
        "prefix": ignoring_case,
        "suffix": ignoring_case,
        "equals-ignore-case": text,
        "wildcard": text,
        "cidr": text,
        "exists": {"type": "boolean", "description": "true or false"},
        "numeric": {
            "type": "array",
            "minItems": 2,
            "maxItems": 4,
            "not": {"minItems": 3, "maxItems": 3},
            "prefixItems": [
                {"enum": ["=", "<", "<=", ">", ">="], "description": "a comparison: =, <, <=, > or >="},
                {"type": "number", "description": "a number"},
            ]
            * 2,
            "description": 'one or two comparisons, such as ["=", 5] or [">", 0, "<=", 5]',
        },
        "anything-but": {
            **_object(dict.fromkeys(("prefix", "suffix", "equals-ignore-case", "wildcard"), texts)),
            "type": ["string", "number", "array", "object"],
            "items": {"type": ["string", "number"], "description": "text or a number"},
            "minItems": 1,
            "minProperties": 1,
            "maxProperties": 1,
            "description": "text, a number, a list of them, or one of prefix, suffix, equals-ignore-case, wildcard",
        },
    }
    return {
        **_object(matchers),
        "type": ["string", "number", "boolean", "null", "object"],
        "minProperties": 1,
        "maxProperties": 1,
        "description": f"text, a number, true, false, null, or an object with one of {', '.join(matchers)}",
    }
