"""Finds the deployed stack and its resources, with the caller's credentials."""

import base64
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError, ProfileNotFound

from outposts_order_notifier.cli.credentials import check_credentials, mfa_code
from outposts_order_notifier.cli.errors import OperatorError, nearest_of
from outposts_order_notifier.cli.secrecy import hide_paths
from outposts_order_notifier.cli.settings import REGION, wrong_in_profile
from outposts_order_notifier.domain.places import Arn
from outposts_order_notifier.runtime.private_interfaces import prompt_for_mfa_codes
from outposts_order_notifier.store.table import SnapshotTable

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef
    from mypy_boto3_lambda.type_defs import EventSourceMappingConfigurationTypeDef, FunctionConfigurationResponseTypeDef

# A function runs for up to 5 minutes, and must not be invoked twice.
PATIENT = Config(read_timeout=330, retries={"total_max_attempts": 1})
# Names the stack of another application that contains the notifier (docs/construct.md).
STACK = "OUTPOSTS_ORDER_NOTIFIER_STACK"
PARTITIONS = ("aws", "aws-us-gov", "aws-cn")


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of the stack: its CloudFormation type, its logical id and its physical id."""

    kind: str
    logical_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function returned, or its error; and the end of its log."""

    value: dict[str, Any]
    failed: bool
    log: str

    def error_of(self, function: str) -> OperatorError:
        """Return the error for a failed function, such as "poll"."""
        return OperatorError(f"the {function} function failed: {self.value.get('errorMessage')}; see its log")


def session_of(region: str | None, profile: str | None) -> boto3.Session:
    """Return a session with the caller's credentials. The AWS standard variables and files supply what is None.

    Raises:
        OperatorError: The region or profile does not exist, there is no region, a setting is invalid, or the
            credentials cannot be fetched or sent.
        botocore.exceptions.ClientError: AWS refused to issue credentials, for example those of a role.
        botocore.exceptions.BotoCoreError: A file cannot be read, or AWS could not be reached.
    """
    core = botocore.session.Session(profile=profile)
    try:
        settings = core.get_scoped_config()
        session = boto3.Session(botocore_session=core, region_name=region or os.environ.get("AWS_REGION"))
    except ProfileNotFound as error:
        # botocore checks them in this order.
        variable = next((name for name in ("AWS_DEFAULT_PROFILE", "AWS_PROFILE") if os.environ.get(name)), "")
        where = f"--profile {profile}" if profile else f"{variable} {os.environ.get(variable)}"
        raise OperatorError(f"{where}: {error}; `aws configure list-profiles` lists the profiles") from error
    hide_paths(_endpoints(core.full_config))
    if wrong := wrong_in_profile(settings, session.profile_name, os.environ):
        raise OperatorError(wrong)
    if not session.region_name:
        raise OperatorError("no region is set: pass --region, or set AWS_REGION")
    if region and region not in (known := _regions(session)):
        raise OperatorError(f"--region {region} is not an AWS region{nearest_of(region, known)}")
    if not REGION.fullmatch(session.region_name):
        variable = next((name for name in ("AWS_REGION", "AWS_DEFAULT_REGION") if os.environ.get(name)), "")
        where = variable or f"region of the profile {session.profile_name}"
        raise OperatorError(f'{where} is "{session.region_name}"; it should be a region such as eu-west-1')
    # Creating a client takes longer than most of its calls.
    session.client = cache(session.client)  # type: ignore[method-assign]
    prompt_for_mfa_codes(core, mfa_code)  # botocore's own prompt prints warnings if stdin is not a terminal
    check_credentials(session, core.full_config["profiles"])
    if bundle := core.get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE"):
        os.environ.setdefault("SSL_CERT_FILE", bundle)  # so that `doctor` trusts the same certificates for Slack
    return session


def _regions(session: boto3.Session) -> list[str]:
    return [name for partition in PARTITIONS for name in session.get_available_regions("sts", partition)]


def _endpoints(settings: Any) -> Iterator[str]:
    """Yield all endpoints in a configuration: those of profiles, and those of services."""
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from _endpoints(value)
        elif key == "endpoint_url":
            yield str(value)


class Stack:
    """The stack in the caller's account and region: that of `cdk deploy`, or the one that the environment names."""

    def __init__(self, session: boto3.Session) -> None:
        self.session = session
        self.name = os.environ.get(STACK) or "OutpostsOrderNotifier"

    @cached_property
    def description(self) -> "StackTypeDef":
        """CloudFormation's description of the stack; an OperatorError if the stack does not exist."""
        try:
            (stack,) = self.session.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":  # CloudFormation's code if there is no such stack
                raise
            raise OperatorError(
                f"the stack {self.name} was not found in {self.session.region_name}: {error}. "
                "Check --region (AWS_REGION) and your credentials (--profile, AWS_PROFILE)"
            ) from error
        return stack

    @cached_property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs, by name."""
        return {output["OutputKey"]: output["OutputValue"] for output in self.description.get("Outputs", [])}

    def output(self, name: str) -> str:
        """Return the value of an output; raise an OperatorError if the stack lacks it."""
        if name not in self.outputs:
            raise self.lacks(f"output {name}")
        return self.outputs[name]

    def lacks(self, part: str) -> OperatorError:
        """Return the error for a missing part, for example after a deployment that failed."""
        return OperatorError(
            f"the stack {self.name} is {self.description['StackStatus']} and has no {part}; deploy it again"
        )

    @cached_property
    def resources(self) -> list[Resource]:
        """The stack's resources."""
        pages = (
            self.session.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.name)
        )
        return [
            Resource(found["ResourceType"], found["LogicalResourceId"], found.get("PhysicalResourceId", ""))
            for page in pages
            for found in page["StackResourceSummaries"]
        ]

    def of_kind(self, kind: str) -> Iterator[Resource]:
        """Return the resources of a CloudFormation type, such as `AWS::SQS::Queue`."""
        return (resource for resource in self.resources if resource.kind == kind)

    def function(self, output: str) -> "FunctionConfigurationResponseTypeDef":
        """Return the configuration of the function that an output names."""
        return self.session.client("lambda").get_function_configuration(FunctionName=self.output(output))

    def variables(self, output: str) -> dict[str, str]:
        """Return the environment of the function that an output names."""
        return self.function(output).get("Environment", {}).get("Variables", {})

    def queues_of(self, output: str) -> "list[EventSourceMappingConfigurationTypeDef]":
        """Return the mappings from queues to the function that an output names."""
        client = self.session.client("lambda")
        return client.list_event_source_mappings(FunctionName=self.output(output))["EventSourceMappings"]

    def invoke(self, function: str, event: Mapping[str, Any]) -> Answer:
        """Invoke a function, and return its answer."""
        client = self.session.client("lambda", config=PATIENT)
        answer = client.invoke(FunctionName=function, Payload=json.dumps(event).encode(), LogType="Tail")
        log = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace")
        return Answer(json.loads(answer["Payload"].read()), "FunctionError" in answer, log)

    @property
    def account(self) -> str:
        """The account that the stack is in, 12 digits."""
        return Arn.parse(self.output("EventBusArn")).account

    def names(self, sources: Iterable[str]) -> dict[str, str]:
        """Return what people call the Outposts, accounts and catalog items of some sources, by id.

        The configuration's names take precedence, if the caller may read them.
        """
        return {**self.snapshots.names_of(sources), **self.configured_names}

    @property
    def configured_names(self) -> dict[str, str]:
        """The configuration's names, by id; none if the caller may not read them."""
        with suppress(ClientError, OperatorError):
            names: dict[str, str] = json.loads(self.variables("PollFunctionName").get("NAMES", "{}"))
            return names
        return {}

    @property
    def snapshots(self) -> SnapshotTable:
        """The snapshot table."""
        return SnapshotTable(self.session.client("dynamodb"), self.output("SnapshotTableName"))

    @cached_property
    def notify_queue_url(self) -> str:
        """The URL of the queue that feeds the notify function; an OperatorError if there is none."""
        arn = next((each["EventSourceArn"] for each in self.queues_of("NotifyFunctionName")), None)
        if arn is None:
            raise self.lacks("queue that feeds the notify function")
        queue = Arn.parse(arn)
        sqs = self.session.client("sqs")
        return sqs.get_queue_url(QueueName=queue.resource, QueueOwnerAWSAccountId=queue.account)["QueueUrl"]
