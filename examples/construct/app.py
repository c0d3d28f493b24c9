"""An application with the notifier in a stack of its own, and what the team adds: a queue, a reader and an alarm."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs

from outposts_order_notifier.cdk import OutpostsOrderNotifier, StalledAfterDays

app = cdk.App()
stack = cdk.Stack(app, "Racks")

notifier = OutpostsOrderNotifier(
    stack,
    "Orders",
    emails=["racks@example.com"],
    stalled_after_days=StalledAfterDays(line_item={"SHIPPED": 21}),
)

shipments = sqs.Queue(stack, "Shipments", enforce_ssl=True)
notifier.on_event(
    "Shipped",
    detail_type=["Outposts Line Item Shipment Change"],
    target=targets.SqsQueue(shipments),
)

inventory = iam.Role(stack, "Inventory", assumed_by=iam.AccountRootPrincipal())
shipments.grant_consume_messages(inventory)
notifier.table.grant_read_data(inventory)

busy = notifier.metric("NotificationsSent", period=cdk.Duration.hours(1)).create_alarm(
    stack, "Busy", threshold=50, evaluation_periods=1, alarm_description="Fifty notifications in an hour"
)
busy.add_alarm_action(actions.SnsAction(notifier.topic))

cdk.CfnOutput(stack, "ShipmentsUrl", value=shipments.queue_url)
# For the command line: `outposts-order-notifier` finds the notifier by these.
for name, value in notifier.outputs.items():
    cdk.CfnOutput(stack, name, value=value)

app.synth()
