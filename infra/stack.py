"""The stack that app.py deploys: the construct with fixed names, and its outputs (docs/operations.md)."""

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from outposts_order_notifier.cdk import notifier
from outposts_order_notifier.cdk.configuration import Configuration
from outposts_order_notifier.cdk.local_cloud import LocalCloud


class OutpostsOrderNotifier(cdk.Stack):
    """The notifier, deployed onto AWS or with `local_cloud` onto the local cloud."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        configuration: Configuration,
        local_cloud: LocalCloud | None = None,
        **stack_properties: Any,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            description="Notifies a team, within minutes, of what happens to its AWS Outposts hardware orders",
            **stack_properties,
        )
        self.notifier = notifier.OutpostsOrderNotifier(
            self,
            "Default",  # which the CDK leaves out of logical ids: they are those of 0.1.0, which had no construct
            configuration=configuration,
            # Those of 0.1.0, by which subscribers, member accounts and people know them.
            name_prefix="OutpostsOrderNotifier",
            event_bus_name="outposts-order-notifier",
            parameter_prefix="/outposts-order-notifier",
            local_cloud=local_cloud,
        )
        for name, value in self.notifier.outputs.items():
            cdk.CfnOutput(self, name, value=value)
