"""The JSON Schema of the `notifier` context. Errors quote a `description` as what is allowed."""

from collections.abc import Collection
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from botocore.model import Shape

from outposts_order_notifier.domain.stalled import LEARNED
from outposts_order_notifier.domain.statuses import SETTLED_LINE_ITEM_STATUSES, SETTLED_ORDER_STATUSES
from outposts_order_notifier.notify.channels.registry import parts
from outposts_order_notifier.notify.settings import a_list, a_text, an_object
from outposts_order_notifier.runtime import aws_data

# A route can have these channels. Amazon Q Developer's topic would need an output, and has to be subscribed by hand.
OF_ROUTES = ("slack", "webhook", "emails")
MAX_ROUTE = 30  # characters of its name
A_REGION = "the name of an AWS region, such as eu-west-1"
WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
ONE_OF_WEEKDAYS = f"{', '.join(WEEKDAYS[:-1])} or {WEEKDAYS[-1]}"
# Keywords for errors: keys that would have no effect, and why; whether a text may only lack its leading zero.
REFUSED, PADDED, ZONE = "refused", "padded", "zone"


@cache
def regions(service: str = "ec2") -> dict[str, str]:
    """Return the regions in which botocore has an endpoint of a service, and their partitions; every region has EC2."""
    session = aws_data.session()
    return {
        region: partition
        for partition in session.get_available_partitions()
        for region in session.get_available_regions(service, partition)
    }


# What people write instead of a zone's name: the abbreviations of its time, in winter or in summer. Several zones may
# share one; the first is the one with the most people. Those that are IANA names too, such as EST, are accepted.
ZONES_OF_ABBREVIATIONS = {
    "IST": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "PST": ("America/Los_Angeles", "Asia/Manila"),
    "PDT": ("America/Los_Angeles",),
    "MDT": ("America/Denver",),
    "CST": ("Asia/Shanghai", "America/Chicago"),
    "CDT": ("America/Chicago",),
    "EDT": ("America/New_York",),
    "AKST": ("America/Anchorage",),
    "AST": ("America/Halifax",),
    "NST": ("America/St_Johns",),
    "BST": ("Europe/London",),
    "CEST": ("Europe/Berlin",),
    "EEST": ("Europe/Kyiv",),
    "WEST": ("Europe/Lisbon",),
    "MSK": ("Europe/Moscow",),
    "SAST": ("Africa/Johannesburg",),
    "PKT": ("Asia/Karachi",),
    "WIB": ("Asia/Jakarta",),
    "HKT": ("Asia/Hong_Kong",),
    "JST": ("Asia/Tokyo",),
    "KST": ("Asia/Seoul",),
    "AWST": ("Australia/Perth",),
    "ACST": ("Australia/Adelaide",),
    "AEST": ("Australia/Sydney",),
    "AEDT": ("Australia/Sydney",),
    "NZST": ("Pacific/Auckland",),
    "NZDT": ("Pacific/Auckland",),
}


def zone_meant(given: str) -> str | None:
    """Return the zones that an abbreviation or a city stands for, for an error's question; None if there are none."""
    city = given.strip().replace(" ", "_").lower()
    of_city = [name for name in time_zones() if name.lower().endswith(f"/{city}")]
    zones = ZONES_OF_ABBREVIATIONS.get(given.strip().upper(), ()) or of_city[:1]
    return '" or "'.join(zones) or None


def time_zones() -> list[str]:
    """Return the names of all time zones, without the two that are a machine's own."""
    return sorted(available_timezones() - {"Factory", "localtime"})


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema; statuses and identifiers follow botocore's outposts model."""
    model = aws_data.session().get_service_model("outposts")
    region = {"type": "string", "enum": sorted(regions()), "description": A_REGION}
    account = a_text(r"\d{12}", "an account id: 12 digits, in quotation marks")
    partitions = "|".join(sorted(set(regions().values())))
    days = {
        "type": ["integer", "string", "null"],
        "minimum": 1,
        "maximum": 3_650,
        "pattern": rf"\A{LEARNED}\Z",
        "description": f'a whole number of days from 1 to 3650, "{LEARNED}", or null',
    }
    external_id = a_text(r"[\w+=,.@:/-]{2,1224}", "2 to 1,224 letters, digits and +=,.@:/-_")
    source = an_object(
        {
            "region": region,
            "roleArn": a_text(
                rf"arn:({partitions}):iam::\d{{12}}:role/([\w+=,.@/-]{{1,510}}/)?[\w+=,.@-]{{1,64}}",
                "an IAM role's ARN, such as arn:aws:iam::123456789012:role/OutpostsReader",
            ),
            "externalId": external_id,
            "outpostIds": a_list(
                a_text(model.shape_for("OutpostIdOnly").metadata["pattern"], "an Outpost's id: op- and 17 hex digits")
            ),
        },
        required=["region"],
        dependentRequired={"externalId": ["roleArn"]},
    )
    organization = an_object(
        {
            "roleName": a_text(r"[\w+=,.@-]{1,64}", "an IAM role's name"),
            "regions": a_list(region),
            "externalId": external_id,
            "accounts": a_list(account),
            "excludeAccounts": a_list(account),
        },
        required=["roleName", "regions"],
        **{"not": {"required": ["accounts", "excludeAccounts"]}},
        description="an object with roleName, regions, and accounts or excludeAccounts, not both",
    )
    notify = {"type": "object", "description": "an EventBridge pattern, which is an object"}
    route = an_object(
        {
            "name": a_text(
                rf"(?=.{{1,{MAX_ROUTE}}}\Z)[A-Za-z\d]+(-[A-Za-z\d]+)*",
                f"1 to {MAX_ROUTE} letters, digits and, between these, single hyphens",
            ),
            "notify": notify,
            **{each.KEY: each.schema(partitions) for each in parts("settings") if each.KEY in OF_ROUTES},
        },
        required=["name", "notify"],
    )
    return an_object(
        {
            "sources": a_list(source),
            "organization": organization,
            "pollEveryMinutes": {
                "type": "integer",
                "minimum": 1,
                "maximum": 1_440,
                "description": "a whole number of minutes from 1 to 1440",
            },
            "announceExistingOrders": {"type": "boolean", "description": "true or false"},
            "stalledAfterDays": an_object(
                {
                    "order": _of_statuses(model.shape_for("OrderStatus"), days, SETTLED_ORDER_STATUSES),
                    "lineItem": _of_statuses(model.shape_for("LineItemStatus"), days, SETTLED_LINE_ITEM_STATUSES),
                }
            ),
            "names": {
                "type": "object",
                "additionalProperties": a_text(r".{1,100}", "a name of 1 to 100 characters"),
                "description": 'an object of names by id, such as {"op-0123456789abcdef0": "Dublin plant"}',
            },
            "timeZone": {
                "type": "string",
                "enum": time_zones(),
                ZONE: True,
                "description": "the IANA name of a time zone, such as Europe/Dublin",
            },
            "weeklySummary": an_object(
                {
                    "day": {"type": "string", "enum": list(WEEKDAYS), "description": ONE_OF_WEEKDAYS},
                    "time": {
                        **a_text(r"([01]\d|2[0-3]):[0-5]\d", "a time of the day, from 00:00 to 23:59"),
                        PADDED: True,
                    },
                },
                required=["day", "time"],
            ),
            "dashboard": {"type": "boolean", "description": "true or false"},
            **{each.KEY: each.schema(partitions) for each in parts("settings")},
            "notify": notify,
            "routes": a_list(route, minimum=0),
            "eventBusReaders": a_list(
                a_text(r"\d{12}|o-[a-z0-9]{10,32}", "an account id (12 digits) or an organization id (o-…), as text"),
                minimum=0,
            ),
            "outpostsEndpointUrl": a_text(
                r"""https?://[!"$-.0->@-~]+(/[!"$->@-~]*)?""", "a URL that begins http:// or https://"
            ),
        }
    )


def _of_statuses(shape: Shape, days: dict[str, Any], settled: Collection[str]) -> dict[str, Any]:
    properties = {name: days for name in shape.metadata["enum"] if name not in settled}
    return an_object(properties) | {REFUSED: dict.fromkeys(settled, "a final status, which never stalls")}
