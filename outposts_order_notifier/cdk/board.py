"""The order board: a function that renders it, for a custom widget of the dashboard."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from constructs import Construct

from outposts_order_notifier.cdk.configuration import Configuration
from outposts_order_notifier.cdk.function import TIME_ZONE_DATA, Function
from outposts_order_notifier.cdk.physical_names import PhysicalNames
from outposts_order_notifier.cdk.snapshots import Snapshots

HEIGHT = 16  # in units of the dashboard's grid; the widget scrolls


class Board(Construct):
    """The board function. It may only read and has no URL; CloudWatch's console invokes it as the viewer."""

    def __init__(  # noqa: PLR0913 - its parts
        self,
        scope: Construct,
        construct_id: str,
        *,
        configuration: Configuration,
        snapshots: Snapshots,
        names: PhysicalNames,
        local: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = Function(
            self,
            "Function",
            name="board",
            description="Draws the board of Outposts orders for the dashboard",
            distributions=("jinja2", "markupsafe", TIME_ZONE_DATA),
            timeout=cdk.Duration.seconds(30),
            memory=1_024,  # rendering needs CPU
            environment={
                "SNAPSHOT_TABLE_NAME": snapshots.table.table_name,
                **configuration.names_variable(),
                **configuration.time_zone_variable(),
            },
            statements=[
                iam.PolicyStatement(actions=["dynamodb:Scan"], resources=[snapshots.index_arn]),
                iam.PolicyStatement(actions=["dynamodb:BatchGetItem"], resources=[snapshots.table.table_arn]),
            ],
            names=names,
            local=local,
        )
        self.widget = cloudwatch.CustomWidget(
            function_arn=self.function.function_arn,
            title="Orders",
            width=24,
            height=HEIGHT,
            update_on_refresh=True,
            update_on_resize=False,  # the page adapts by itself
            update_on_time_range_change=False,  # it shows the present only
        )
