"""What the `notifier` context may hold, as a JSON Schema; a `description` is what an error names as allowed."""

from functools import cache
from typing import Any

from machine import aws_data
from outposts_order_notifier.cdk.slack_channel import ALLOWED as CHANNEL


@cache
def regions() -> dict[str, str]:
    """Map each AWS region that botocore knows to its partition."""
    session = aws_data.session()
    return {
        region: partition
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("ec2", partition)
    }


# RFC 5321's lengths: 64 characters before the @, 254 in all, 63 for each part of the domain.
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LABEL = r"[A-Za-z\d]([A-Za-z\d-]{0,61}[A-Za-z\d])?"
_EMAIL = rf"(?=.{{1,254}}\Z)(?=.{{1,64}}@){_ATOM}(\.{_ATOM})*@({_LABEL}\.)+{_LABEL}"


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
                rf"arn:({partitions}):iam::\d{{12}}:role/([\w+=,.@/-]{{1,510}}/)?[\w+=,.@-]{{1,64}}",
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
                    "channel": {"type": "string", "description": CHANNEL},
                    "kmsKeyArn": _text(
                        rf"arn:({partitions}):kms:[a-z0-9-]+:\d{{12}}:key/(mrk-[0-9a-f]{{32}}|[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}"
                        r"-[0-9a-f]{12})",
                        "a KMS key's ARN (not an alias's), such as "
                        "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
                    ),
                },
                required=["secretName"],
            ),
            "amazonQDeveloper": {"type": "boolean", "description": "true or false"},
            "emails": _list(_text(_EMAIL, "an e-mail address, such as team@example.com"), minimum=0),
            "notify": {"type": "object", "description": "an EventBridge pattern, which is an object"},
            "eventBusReaders": _list(
                _text(r"\d{12}|o-[a-z0-9]{10,32}", "an account id (12 digits) or an organization id (o-…), as text"),
                minimum=0,
            ),
            "outpostsEndpointUrl": _text(
                r"""https?://[!"$-.0->@-~]+(/[!"$->@-~]*)?""", "a URL that begins http:// or https://"
            ),
        }
    )


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
    # AWS's names, ids and ARNs are ASCII; without (?a:…), \w and \d are letters and digits of any script.
    return {"type": "string", "pattern": rf"^(?a:{pattern})\Z", "description": description}
