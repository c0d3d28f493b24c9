"""Define the AWS infrastructure: typed configuration, and a construct for each part.

An application imports what it needs from here (docs/construct.md).
"""

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from outposts_order_notifier.toolchain.node import NODE

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

ROOT = Path(__file__).resolve().parent.parent.parent

# jsii runs the first `node` on the PATH, which may be missing or too old: use the pinned one. jsii's cache in the home
# folder fails if that is read-only or others may write to it: use one here, or none.
os.environ["JSII_NODE"] = str(NODE)
os.environ["JSII_RUNTIME_PACKAGE_CACHE"] = "enabled" if os.access(ROOT, os.W_OK) else "disabled"
os.environ["JSII_RUNTIME_PACKAGE_CACHE_ROOT"] = str(ROOT / ".cache" / "jsii")


def __getattr__(name: str) -> Any:
    """Import what is exported when it is used: the CDK takes seconds, and a configuration can be checked without it."""
    if name in __all__:
        for each in _MODULES:
            module = import_module(f"{__name__}.{each}")
            if name in vars(module):
                return vars(module)[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
