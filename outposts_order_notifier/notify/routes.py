"""Routes: recipients besides the top-level ones, each with its own pattern, rule and channels. Pure.

The rule of a route sends its events to notify's queue in an envelope with the route's name. What has no envelope is for
the default route: the recipients that the configuration's top-level keys name.
"""

import json
from collections.abc import Mapping
from typing import Any

from outposts_order_notifier.domain.event_types import UPDATED
from outposts_order_notifier.domain.events import SOURCE

DEFAULT = ""  # no route of the configuration has an empty name
ROUTES = "ROUTES"  # the variables of each route's channels, as JSON by its name
WHOLE_EVENT = "<aws.events.event.json>"  # in an input transformer, the event as it is, nulls and numbers included
_IN_RULES_NAME = "-route-"


def enveloped(route: str, event: str) -> str:
    """Put an event, as JSON, into the envelope of a route."""
    return f'{{"route":{json.dumps(route)},"event":{event}}}'


def opened(body: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return the route of a message, and the event or the alarm in it."""
    return (body["route"], body["event"]) if "route" in body else (DEFAULT, body)


def rule_name(prefix: str, route: str) -> str:
    """Return the name of a route's rule; it never changes, as dead letters name it."""
    return f"{prefix}{_IN_RULES_NAME}{route}"


def rule_pattern(notify: Mapping[str, Any], *, announce_existing_orders: bool) -> dict[str, Any]:
    """Return the whole pattern of the rule that sends events to notify."""
    wanted = {**({} if announce_existing_orders else {"baseline": [False]}), **notify}
    return {"source": [SOURCE], "detail-type": [str(UPDATED)], **({"detail": wanted} if wanted else {})}


def route_of(rule: str) -> str:
    """Return the route whose rule has a name or an ARN; the default one for any other rule."""
    return rule.rpartition("/")[2].partition(_IN_RULES_NAME)[2]


def routes_of(variables: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the variables of each route's channels, by its name."""
    routes: dict[str, dict[str, str]] = json.loads(variables.get(ROUTES, "{}"))
    return routes
