// A subscriber: a function receives replaced and failed hardware, a queue every shipment with its tracking number.

import { App, CfnOutput, Duration, Stack } from "aws-cdk-lib";
import { EventBus, Rule } from "aws-cdk-lib/aws-events";
import type { EventPattern, IRuleTarget } from "aws-cdk-lib/aws-events";
import { LambdaFunction, SqsQueue } from "aws-cdk-lib/aws-events-targets";
import { Code, Function, Runtime } from "aws-cdk-lib/aws-lambda";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { StringParameter } from "aws-cdk-lib/aws-ssm";

const app = new App();
const stack = new Stack(app, "TypeScriptOrderSubscriber");

const bus = EventBus.fromEventBusName(
  stack,
  "Bus",
  StringParameter.valueForStringParameter(stack, "/outposts-order-notifier/event-bus-name"),
);
// Without one, EventBridge drops events that a target has refused for 24 hours.
const deadLetterQueue = new Queue(stack, "DeadLetters", { retentionPeriod: Duration.days(14), enforceSSL: true });

/** Send the events that match a pattern to a target; orders found by the notifier's first poll are left out. */
function subscribe(id: string, detailType: string[], detail: EventPattern["detail"], target: IRuleTarget): void {
  const eventPattern = { source: ["outposts-order-notifier"], detailType, detail: { ...detail, baseline: [false] } };
  new Rule(stack, id, { eventBus: bus, eventPattern, targets: [target] });
}

const handler = new Function(stack, "Function", {
  runtime: Runtime.NODEJS_24_X,
  handler: "index.handler",
  code: Code.fromAsset(`${import.meta.dirname}/function`),
});
subscribe(
  "Trouble",
  ["Outposts Line Item Status Change"],
  { status: ["REPLACED", "ERROR"] },
  new LambdaFunction(handler, { deadLetterQueue }),
);

const queue = new Queue(stack, "Shipments", { enforceSSL: true });
subscribe(
  "Tracking",
  ["Outposts Line Item Shipment Change"],
  { shipment: { trackingNumber: [{ prefix: "" }] } },
  new SqsQueue(queue, { deadLetterQueue }),
);

new CfnOutput(stack, "FunctionName", { value: handler.functionName });
new CfnOutput(stack, "QueueUrl", { value: queue.queueUrl });
app.synth();
