"""What IAM must deny: to the functions, to other accounts, and to AWS's services on behalf of anybody else."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import botocore.session
import pytest

from outposts_order_notifier.sources.settings import EXTERNAL_ID
from testing.synthesis import REGION
from tests.iam.deployment import Deployment
from tests.iam.evaluator import Request, judge
from tests.iam.policies import (
    FUNCTION_ROLES,
    ORGANIZATION_ID,
    OTHER_ORGANIZATION,
    OWN_RULE,
    READER_ACCOUNT,
    STRANGER,
    decrypting,
    deployed,
    member_role,
    of_function,
    of_reader,
    of_role,
    of_service,
)
from tests.iam.recorder import OUTPOSTS_READS, OWN
from tests.iam.test_functions import CONFIGURATIONS, KEY

MEMBER = "333344445555"
MEMBER_ROLE = f"arn:aws:iam::{MEMBER}:role/OutpostsReader"
READS = {f"outposts:{operation}" for operation in OUTPOSTS_READS}
NO_DATA = {"outposts:StartOutpostDecommission"}  # missing in the simulator's service data so far
SECRET = f"arn:aws:secretsmanager:{REGION}:{OWN}:secret:outposts/slack-AbCdEf"


@cache
def everything() -> Deployment:
    """Deploy the configuration with every key, with an organization among the readers."""
    (notifier,) = [each for each in CONFIGURATIONS.values() if "amazonQDeveloper" in each]
    return deployed({**notifier, "eventBusReaders": [READER_ACCOUNT, OTHER_ORGANIZATION]})


def named(kind: str, prefix: str) -> str:
    """Return the ARN of a resource of the deployment."""
    return everything().arn(everything().only(kind, prefix))


def table(prefix: str) -> str:
    """Return a table's ARN."""
    return named("AWS::DynamoDB::GlobalTable", prefix)


def assumes(function: str, role: str, external_id: str | None = EXTERNAL_ID, **keys: Any) -> Request:
    """Return a function's request to assume a member account's role."""
    account = role.split(":")[4]
    context = {"sts:ExternalId": external_id, **keys.get("context", {})}
    policy = member_role(account).resource_policy(MEMBER_ROLE.replace(MEMBER, account))
    return of_function(everything(), function, "sts:AssumeRole", role, context=context, policy=policy)


def to_functions() -> Iterator[Request]:
    """Return what no function may do, even if it is compromised."""

    def by(function: str, action: str, resource: str, **context: str) -> Request:
        return of_function(everything(), function, action, resource, context=context)

    snapshots, idempotency = table("Snapshots"), table("NotificationsIdempotency")
    for function in FUNCTION_ROLES:
        for action in ("dynamodb:DeleteTable", "dynamodb:UpdateTable", "dynamodb:ExportTableToPointInTime"):
            yield by(function, action, snapshots)
        yield by(function, "dynamodb:DeleteItem", snapshots)
        yield by(function, "dynamodb:PutItem", f"arn:aws:dynamodb:{REGION}:{OWN}:table/another")
        yield by(function, "iam:PassRole", f"arn:aws:iam::{OWN}:role/another")
        yield by(function, "lambda:InvokeFunction", named("AWS::Lambda::Function", "PollerFunction"))
        if function != "poll":
            yield by(function, "dynamodb:PutItem", snapshots)
            yield by(function, "dynamodb:UpdateItem", snapshots)
            yield by(function, "outposts:GetOrder", "*")
            yield by(function, "events:PutEvents", named("AWS::Events::EventBus", ""))
            yield assumes(function, MEMBER_ROLE)
        if function != "notify":
            yield by(function, "dynamodb:PutItem", idempotency)
            yield by(function, "secretsmanager:GetSecretValue", SECRET)
            yield by(function, "sns:Publish", named("AWS::SNS::Topic", "NotificationsTopic"))
        if function != "planner":
            yield by(function, "organizations:ListAccounts", "*")
            yield by(function, "sqs:SendMessage", named("AWS::SQS::Queue", "PlannerQueue"))
    yield by("poll", "events:PutEvents", f"arn:aws:events:{REGION}:{OWN}:event-bus/default")
    yield by("poll", "events:PutEvents", f"arn:aws:events:{REGION}:{MEMBER}:event-bus/outposts-order-notifier")
    yield by("notify", "sns:Publish", f"arn:aws:sns:{REGION}:{OWN}:another")
    for name in ("outposts/slack2", "outposts/slack-backup", "another", "outposts/slack/token"):
        yield by("notify", "secretsmanager:GetSecretValue", SECRET.replace("outposts/slack", name))
    yield by("notify", "secretsmanager:PutSecretValue", SECRET)
    yield by("planner", "organizations:CloseAccount", f"arn:aws:organizations::{OWN}:account/o-a1b2c3d4e5/{MEMBER}")
    yield decrypting(everything(), KEY.replace("1234abcd", "5678abcd"), SECRET)
    yield decrypting(everything(), KEY, SECRET.replace("outposts/slack", "another"))
    yield decrypting(everything(), KEY, SECRET, **{"kms:ViaService": f"dynamodb.{REGION}.amazonaws.com"})
    yield replace(decrypting(everything(), KEY, SECRET), action="kms:Encrypt")


def to_assumers() -> Iterator[Request]:
    """Return the requests to read a member account that must be denied: other roles, accounts and external ids."""
    yield assumes("poll", MEMBER_ROLE.replace("OutpostsReader", "Administrator"))
    yield assumes("poll", MEMBER_ROLE, external_id=None)
    yield assumes("poll", MEMBER_ROLE, external_id="another")
    yield assumes("poll", MEMBER_ROLE, context={"aws:ResourceOrgID": OTHER_ORGANIZATION})
    yield assumes("poll", MEMBER_ROLE, context={"aws:ResourceOrgID": None})  # an account in no organization
    trust = member_role(MEMBER).resource_policy(MEMBER_ROLE)
    anything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    poll = assumes("poll", MEMBER_ROLE)
    of_functions = [everything().only("AWS::IAM::Role", prefix) for prefix in FUNCTION_ROLES.values()]
    names = {"Administrator", *map(everything().physical_name, of_functions)} - {poll.principal.split("/")[1]}
    for account, name in ((STRANGER, poll.principal.split("/")[1]), *((OWN, name) for name in names)):
        role = f"arn:aws:iam::{account}:role/{name}"
        context = {**poll.context, "aws:PrincipalArn": role, "aws:PrincipalAccount": account}
        yield replace(poll, principal=role, context=context, identity=(anything,), resource_policy=trust)


def to_writers() -> Iterator[Request]:
    """Return all calls of the Outposts API except poll's two, by poll and by a member account's role."""
    operations = botocore.session.Session().get_service_model("outposts").operation_names
    for action in sorted({f"outposts:{operation}" for operation in operations} - READS - NO_DATA):
        yield of_function(everything(), "poll", action, "*")
        yield of_role(member_role(MEMBER), "Role", action, "*")


def to_readers_of_the_bus() -> Iterator[Request]:
    """Return what other accounts may not do on the bus: with others' rules, or at all."""
    for action in OWN_RULE:
        yield of_reader(everything(), f"events:{action}", STRANGER, ORGANIZATION_ID)
        yield of_reader(everything(), f"events:{action}", STRANGER, None)
    for action in ("PutRule", "PutTargets", "DeleteRule", "RemoveTargets", "DisableRule"):
        context = {"events:creatorAccount": OWN}
        yield of_reader(everything(), f"events:{action}", READER_ACCOUNT, None, **context)
        yield of_reader(everything(), f"events:{action}", STRANGER, OTHER_ORGANIZATION, **context)
    reader = of_reader(everything(), "events:PutRule", READER_ACCOUNT, None)
    bus = named("AWS::Events::EventBus", "")
    yield replace(reader, resource=f"arn:aws:events:{REGION}:{OWN}:rule/another/theirs")
    for action in ("events:PutEvents", "events:DeleteEventBus", "events:PutPermission"):
        yield replace(reader, action=action, resource=bus if action != "events:PutPermission" else "*")


def to_services() -> Iterator[Request]:
    """Return what a service may not do on behalf of somebody else's resource."""
    stack = everything()
    topic, queue = named("AWS::SNS::Topic", "NotificationsTopic"), named("AWS::SQS::Queue", "NotificationsQueue")
    rule = f"arn:aws:events:{REGION}:{STRANGER}:rule/another"
    for target in stack.of_type("AWS::SQS::Queue"):
        yield of_service(stack, "events.amazonaws.com", "sqs:SendMessage", stack.arn(target), rule)
    poll = named("AWS::Lambda::Function", "PollerFunction")
    yield of_service(stack, "events.amazonaws.com", "lambda:InvokeFunction", poll, rule)
    for each in stack.of_type("AWS::SNS::Topic"):
        yield of_service(stack, "events.amazonaws.com", "sns:Publish", stack.arn(each), rule)
        own_rule = rule.replace(STRANGER, OWN)
        yield of_service(stack, "events.amazonaws.com", "sns:Publish", stack.arn(each), own_rule)
    clearing = stack.arn(stack.only("AWS::IAM::Role", "MonitoringClearedRole"))
    yield of_service(stack, "events.amazonaws.com", "sts:AssumeRole", clearing, rule)
    other_topic = f"arn:aws:sns:{REGION}:{STRANGER}:theirs"
    alarm = f"arn:aws:cloudwatch:{REGION}:{STRANGER}:alarm:theirs"
    yield of_service(stack, "sns.amazonaws.com", "sqs:SendMessage", queue, other_topic)
    yield of_service(stack, "cloudwatch.amazonaws.com", "sns:Publish", topic, alarm)
    schedules = stack.arn(stack.only("AWS::IAM::Role", "PollerSchedulerRole"))
    for account, group in ((STRANGER, "default"), (OWN, "another")):
        source = f"arn:aws:scheduler:{REGION}:{account}:schedule-group/{group}"
        yield of_service(stack, "scheduler.amazonaws.com", "sts:AssumeRole", schedules, source)
    yield of_service(stack, "ec2.amazonaws.com", "sts:AssumeRole", schedules, rule)
    for request in (
        of_function(stack, "notify", "sns:Publish", topic),
        of_function(stack, "planner", "sqs:SendMessage", named("AWS::SQS::Queue", "PlannerQueue")),
    ):
        yield replace(request, context={**request.context, "aws:SecureTransport": "false"})


@pytest.mark.parametrize("asked", [to_functions, to_assumers, to_writers, to_readers_of_the_bus, to_services])
def test_is_denied(asked: Any) -> None:
    """Every request of the function."""
    requests = list(asked())
    verdicts = judge(requests)
    allowed = [
        f"{request.action} on {request.resource} to {request.principal} in {dict(request.context)}"
        for request, verdict in zip(requests, verdicts, strict=True)
        if verdict.allowed
    ]
    assert allowed == []


def test_readers_manage_their_own_rules() -> None:
    """An account, also one in an organization, can deploy a rule on the bus, and remove it."""
    requests = [
        of_reader(everything(), f"events:{action}", account, organization, **context)
        for account, organization in ((READER_ACCOUNT, None), (STRANGER, OTHER_ORGANIZATION))
        for action in OWN_RULE
        for context in ({"events:creatorAccount": account}, {})
        if context or action in {"PutRule", "TagResource"}  # a rule that does not exist yet has no creator
    ]
    assert all(verdict.allowed for verdict in judge(requests))


def test_what_is_denied_is_denied_for_one_reason() -> None:
    """With the correct values in place of the wrong ones, poll may assume the role: the denials are meaningful."""
    verdicts = judge([assumes("poll", MEMBER_ROLE), decrypting(everything(), KEY, SECRET)])
    assert [verdict.allowed for verdict in verdicts] == [True, True]
