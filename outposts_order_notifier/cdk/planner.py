"""Many accounts: the planner, the queue of sources to poll, and poll's share of it."""

import json

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from outposts_order_notifier.cdk.configuration import Configuration
from outposts_order_notifier.cdk.function import Function
from outposts_order_notifier.cdk.physical_names import PhysicalNames
from outposts_order_notifier.cdk.poller import TIMEOUT, Poller
from outposts_order_notifier.sources.settings import OrganizationSettings

# One invocation polls the sources of a batch concurrently. benchmarks/accounts.py measures what that saves, and how
# many accounts this concurrency polls in a tick.
BATCH_SIZE = 10
MAX_CONCURRENCY = 30
BATCHING_WINDOW = cdk.Duration.seconds(1)  # poll is faster than the planner: without a window, batches are half empty


class Planner(Construct):
    """Each tick, a message for each account and region of the organization; poll receives a few at a time.

    The next plan is the retry of what failed. So a message expires after a tick, and is invisible for as long once it
    has been received: none is polled twice, and none accumulates.
    """

    def __init__(  # noqa: PLR0913 - its parts
        self,
        scope: Construct,
        construct_id: str,
        *,
        configuration: Configuration,
        organization: OrganizationSettings,
        poller: Poller,
        names: PhysicalNames,
        local: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        tick = cdk.Duration.minutes(configuration.poll_every_minutes)
        self.queue = sqs.Queue(
            self,
            "Queue",
            enforce_ssl=True,
            retention_period=tick,
            # Lambda requires at least the function's time-out, and SQS allows at most 12 hours.
            visibility_timeout=cdk.Duration.minutes(
                max(TIMEOUT.to_minutes(), min(configuration.poll_every_minutes, 12 * 60))
            ),
        )
        cdk.Validations.of(self.queue).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-SQS3", reason="The next tick's plan polls again whatever was not polled"
            )
        )
        statements = [iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[self.queue.queue_arn])]
        if not organization.accounts:
            # ListAccounts can only be allowed for all resources.
            statements.append(iam.PolicyStatement(actions=["organizations:ListAccounts"], resources=["*"]))
        self.function = Function(
            self,
            "Function",
            name="planner",
            description="Puts each account and region of the organization on the queue of sources to poll",
            timeout=TIMEOUT,
            memory=256,
            environment={
                "ORGANIZATION": json.dumps(organization.as_json()),
                "SOURCES": json.dumps([source.as_json() for source in configuration.sources]),
                "POLL_QUEUE_URL": self.queue.queue_url,
            },
            statements=statements,
            names=names,
            local=local,
        )
        # A message may have keys that only poll's new version accepts.
        self.function.node.add_dependency(poller.function)
        self.schedule = poller.run_each_tick("Plans", "Has the organization's accounts polled", self.function)
        self._feed(poller.function)

    def _feed(self, poll: Function) -> None:
        actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        poll.add_to_role_policy(iam.PolicyStatement(actions=actions, resources=[self.queue.queue_arn]))
        lambda_.EventSourceMapping(
            self,
            "ToPoll",
            target=poll,
            event_source_arn=self.queue.queue_arn,
            batch_size=BATCH_SIZE,
            max_batching_window=BATCHING_WINDOW,
            max_concurrency=MAX_CONCURRENCY,
            report_batch_item_failures=True,
        )
