"""The deployed stack as an operator finds it: by its name and outputs."""

from functools import cached_property

import boto3
from botocore.exceptions import BotoCoreError, ClientError

STACK_NAME = "OutpostsOrderNotifier"


class NotDeployedError(Exception):
    """The stack is not where the caller's credentials and region point; the text says what to do."""


class Stack:
    """The stack in the caller's account and region."""

    @cached_property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs, by name.

        Raises:
            NotDeployedError: There is no such stack, or CloudFormation could not be asked.
        """
        try:
            (stack,) = boto3.client("cloudformation").describe_stacks(StackName=STACK_NAME)["Stacks"]
        except (BotoCoreError, ClientError) as error:
            raise NotDeployedError(
                f"the stack {STACK_NAME} was not found: {error}. Look at AWS_REGION and at your credentials"
            ) from error
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    @cached_property
    def notify_queue_url(self) -> str:
        """The URL of the queue that feeds the notify function."""
        mappings = boto3.client("lambda").list_event_source_mappings(FunctionName=self.outputs["NotifyFunctionName"])
        (mapping,) = mappings["EventSourceMappings"]
        *_, account, name = mapping["EventSourceArn"].split(":")
        return boto3.client("sqs").get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
