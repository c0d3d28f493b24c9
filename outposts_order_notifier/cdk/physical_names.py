"""The names that a construct gives to its resources; CloudFormation generates those of all others. Pure."""

import re
from dataclasses import dataclass

from outposts_order_notifier.cdk.configuration import ConfigurationError
from outposts_order_notifier.cdk.configuration_schema import MAX_ROUTE
from outposts_order_notifier.cdk.spelling import as_json
from outposts_order_notifier.notify.routes import rule_name

# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
MAX_RULE_NAME = 64
MAX_PREFIX = MAX_RULE_NAME - len(rule_name("", "x" * MAX_ROUTE))
# A registry's name may be shorter than a bus's, and has fewer characters:
# https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries-name-registryname.html
MAX_BUS_NAME = 64
_RULES = {
    "name_prefix": (
        # `notify.routes.route_of` reads a route's name from that of its rule.
        rf"(?!.*-route(-|\Z))[A-Za-z\d_-]{{1,{MAX_PREFIX}}}",
        f"1 to {MAX_PREFIX} letters, digits, hyphens and underscores, without -route-",
    ),
    "event_bus_name": (
        rf"(?!aws\.|default\Z)[A-Za-z\d._-]{{1,{MAX_BUS_NAME}}}",
        f"1 to {MAX_BUS_NAME} letters, digits, periods, hyphens and underscores, but not default or aws.…",
    ),
    "parameter_prefix": (
        r"(?!/(?i:aws|ssm))(/[A-Za-z\d._-]+)+",
        "a path such as /outposts/orders, of letters, digits, periods, hyphens and underscores, but not /aws… or /ssm…",
    ),
}


@dataclass(frozen=True, slots=True)
class PhysicalNames:
    """Names that are unique in an account and region.

    Attributes:
        prefix: What the names of alarms and of the routes' rules begin with; also the dashboard's name, and the
            namespace of the functions' metrics.
        event_bus: The name of the bus, and of the registry with its events' schemas.
        parameters: The path below which Parameter Store has the bus's name and ARN; None for no parameters.
    """

    prefix: str
    event_bus: str
    parameters: str | None = None

    def alarm(self, name: str) -> str:
        """Return the whole name of an alarm, which people read in their messages."""
        return f"{self.prefix}-{name}"


def check_names(path: str, **given: str | None) -> None:
    """Check the construct's properties that name resources.

    Args:
        path: The construct's path, with which errors begin.
        given: The properties, by name; None for those that are not given.

    Raises:
        ConfigurationError: AWS would refuse a name, or a route's rule could not be recognized by it.
    """
    for name, value in given.items():
        pattern, allowed = _RULES[name]
        if value is not None and not re.fullmatch(pattern, value):
            raise ConfigurationError(f"{path}.{name}", as_json(value), allowed)
