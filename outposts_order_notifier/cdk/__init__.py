"""Define the AWS infrastructure: typed configuration, and a construct for each part.

An application imports what it needs from here (docs/construct.md).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from outposts_order_notifier.cdk.configuration import Configuration, ConfigurationError
    from outposts_order_notifier.cdk.local_cloud import LocalCloud
    from outposts_order_notifier.cdk.metrics import MetricName
    from outposts_order_notifier.cdk.notifier import OutpostsOrderNotifier
    from outposts_order_notifier.cdk.properties import (
        Organization,
        Route,
        Slack,
        Source,
        StalledAfterDays,
        Webhook,
        WeeklySummary,
    )

__all__ = [
    "Configuration",
    "ConfigurationError",
    "LocalCloud",
    "MetricName",
    "Organization",
    "OutpostsOrderNotifier",
    "Route",
    "Slack",
    "Source",
    "StalledAfterDays",
    "Webhook",
    "WeeklySummary",
]
_MODULES = ("properties", "configuration", "local_cloud", "metrics", "notifier")


def __getattr__(name: str) -> Any:
    """Import what is exported when it is used: the CDK takes seconds, and a configuration can be checked without it."""
    if name in __all__:
        for each in _MODULES:
            module = import_module(f"{__name__}.{each}")
            if name in vars(module):
                return vars(module)[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
