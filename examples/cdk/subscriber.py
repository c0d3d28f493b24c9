"""A subscriber: a function receives replaced and failed hardware, a queue every shipment with its tracking number."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from order_subscription import OrderSubscription, any_error, line_item_replaced, shipped_with_tracking

app = cdk.App()
stack = cdk.Stack(app, "OrderSubscriber")

function = lambda_.Function(
    stack,
    "Function",
    runtime=lambda_.Runtime.PYTHON_3_14,
    handler="handler.handler",
    code=lambda_.Code.from_asset(str(Path(__file__).parent / "function")),
)
OrderSubscription(
    stack,
    "Trouble",
    events=[line_item_replaced(), any_error()],
    targets=[targets.LambdaFunction(function)],
)

queue = sqs.Queue(stack, "Shipments", enforce_ssl=True)
OrderSubscription(stack, "Tracking", events=[shipped_with_tracking()], targets=[targets.SqsQueue(queue)])

cdk.CfnOutput(stack, "FunctionName", value=function.function_name)
cdk.CfnOutput(stack, "QueueUrl", value=queue.queue_url)
app.synth()
