"""Requests to AWS, with the policies that decide on them and the keys that AWS sets."""

from collections.abc import Iterator
from typing import Any

from outposts_order_notifier.sources.settings import EXTERNAL_ID
from testing.linting import read_template
from testing.synthesis import REGION, ROOT, template_of
from tests.iam.deployment import Deployment
from tests.iam.evaluator import Policy, Request
from tests.iam.recorder import OWN, Call

ORGANIZATION_ID = "o-a1b2c3d4e5"
OTHER_ORGANIZATION = "o-9999999999"
STRANGER = "999988887777"
OUTSIDE_ORGANIZATION = ("222233334444",)  # accounts in no organization
READER_ACCOUNT = "210987654321"
FUNCTION_ROLES = {
    "poll": "PollerFunctionRole",
    "planner": "PlannerFunctionRole",
    "notify": "NotificationsFunctionRole",
    "board": "BoardFunctionRole",
}
# What a subscriber's deployment does with its rule:
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-example-policy-cross-account-custom-bus-source.html
OWN_RULE = (
    "PutRule",
    "DescribeRule",
    "EnableRule",
    "DisableRule",
    "DeleteRule",
    "PutTargets",
    "ListTargetsByRule",
    "RemoveTargets",
    "TagResource",
    "UntagResource",
    "ListTagsForResource",
)
Json = dict[str, Any]


def deployed(notifier: Json) -> Deployment:
    """Synthesize a configuration, and deploy it to moto's account."""
    return Deployment(dict(template_of(notifier, account=OWN).to_json()), OWN, REGION)


def member_role(account: str, external_id: str = EXTERNAL_ID, **parameters: str) -> Deployment:
    """Deploy templates/member-role.yaml in an account."""
    template = read_template(ROOT / "templates" / "member-role.yaml")
    values = {"NotifierAccountId": OWN, "ExternalId": external_id, **parameters}
    return Deployment(template, account, REGION, values, "member")


def of_role(deployment: Deployment, role_id: str, action: str, resource: str, **keys: Any) -> Request:
    """Return a request by a session of one of the deployment's roles.

    Args:
        deployment: The role's.
        role_id: The role's logical id.
        action: The action.
        resource: The resource; its account is the deployment's if the ARN names none.
        keys: `context` for further condition keys, which replace those that AWS sets; `policy` for the resource's
            policy if the deployment does not have it.
    """
    account = (resource.split(":")[4:5] or [""])[0] or deployment.account
    role = deployment.arn(role_id)
    context = {
        "aws:PrincipalArn": role,
        "aws:PrincipalAccount": deployment.account,
        "aws:PrincipalOrgID": ORGANIZATION_ID,
        "aws:ResourceAccount": account,
        "aws:ResourceOrgID": ORGANIZATION_ID,
        "aws:SecureTransport": "true",
        **keys.get("context", {}),
    }
    return Request(
        principal=f"arn:aws:sts::{deployment.account}:assumed-role/{deployment.physical_name(role_id)}/session",
        action=action,
        resource=resource,
        account=account,
        context={key: value for key, value in context.items() if value is not None},
        identity=tuple(deployment.policies_of(role_id)),
        resource_policy=keys.get("policy") or deployment.resource_policy(resource),
    )


def of_function(deployment: Deployment, function: str, action: str, resource: str, **keys: Any) -> Request:
    """Return a request by a function, as `of_role`."""
    role_id = deployment.only("AWS::IAM::Role", FUNCTION_ROLES[function])
    return of_role(deployment, role_id, action, resource, **keys)


def of_service(deployment: Deployment, service: str, action: str, resource: str, source: str) -> Request:
    """Return a request by a service on behalf of a resource, whose ARN and account it sends.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    context = {"aws:SourceArn": source, "aws:SourceAccount": _account(source), "aws:SecureTransport": "true"}
    return Request(service, action, resource, OWN, context, (), deployment.resource_policy(resource))


def of_call(deployment: Deployment, call: Call) -> Iterator[Request]:
    """Return what IAM decides on when a function makes a call."""
    if call.role:  # by another account's role
        member = member_role(_account(call.role))
        yield of_role(member, "Role", call.action, call.resource)
        return
    keys: Json = {"context": dict(call.context)}
    if call.action == "sts:AssumeRole":
        external_id = dict(call.context)["sts:ExternalId"]
        if _account(call.resource) in OUTSIDE_ORGANIZATION:
            keys["context"]["aws:ResourceOrgID"] = None
        keys["policy"] = member_role(_account(call.resource), external_id).resource_policy(call.resource)
    yield of_function(deployment, call.function, call.action, call.resource, **keys)


def decrypting(deployment: Deployment, key: str, secret: str, **context: str) -> Request:
    """Return notify's request that Secrets Manager makes with its permissions when it reads a secret under a key.

    The context is https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html's, the key's
    policy the default one, which leaves the decision to IAM.
    """
    everything = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{OWN}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    via = {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com", "kms:EncryptionContext:SecretARN": secret}
    policy = {"Version": "2012-10-17", "Statement": [everything]}
    return of_function(deployment, "notify", "kms:Decrypt", key, context={**via, **context}, policy=policy)


def by_aws(deployment: Deployment) -> Iterator[tuple[str, Request]]:
    """Return the requests of AWS's services that the stack needs: by a role that they use, or in their own name.

    Each has the reason, and the page that documents it.
    """
    yield from _by_lambda(deployment)
    yield from _by_scheduler(deployment)
    yield from _by_event_bridge(deployment)
    topics = deployment.of_type("AWS::SNS::Subscription").values()
    for subscription in topics:
        if subscription["Protocol"] == "sqs":
            topic, queue = subscription["TopicArn"], subscription["Endpoint"]
            yield (
                "SNS delivers alarms to notify's queue",
                of_service(deployment, "sns.amazonaws.com", "sqs:SendMessage", queue, topic),
            )
    for alarm_id, alarm in deployment.of_type("AWS::CloudWatch::Alarm").items():
        for topic in {*alarm.get("AlarmActions", []), *alarm.get("OKActions", [])}:
            source = deployment.arn(alarm_id)
            yield (
                "CloudWatch publishes an alarm",
                of_service(deployment, "cloudwatch.amazonaws.com", "sns:Publish", topic, source),
            )


def _by_lambda(deployment: Deployment) -> Iterator[tuple[str, Request]]:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html."""
    for function_id, function in deployment.of_type("AWS::Lambda::Function").items():
        role_id = _role_of(deployment, function)
        name = function["LoggingConfig"]["LogGroup"]
        logs = f"arn:aws:logs:{deployment.region}:{deployment.account}"
        stream = f"{logs}:log-group:{name}:log-stream:2026/11/24/[$LATEST]0"
        arn = deployment.arn(function_id)
        yield (
            "Lambda runs the function with its role",
            of_service(deployment, "lambda.amazonaws.com", "sts:AssumeRole", function["Role"], arn),
        )
        for action, resource in {
            "logs:CreateLogStream": stream,
            "logs:PutLogEvents": stream,
            "xray:PutTraceSegments": "*",
            "xray:PutTelemetryRecords": "*",
        }.items():
            yield "Lambda's runtime writes logs and traces", of_role(deployment, role_id, action, resource)
    functions = {deployment.physical_name(each): each for each in deployment.of_type("AWS::Lambda::Function")}
    for mapping in deployment.of_type("AWS::Lambda::EventSourceMapping").values():
        function = deployment.of_type("AWS::Lambda::Function")[functions[mapping["FunctionName"]]]
        role_id = _role_of(deployment, function)
        for action in ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"):
            yield (
                "Lambda polls the queue with the function's role",
                of_role(deployment, role_id, action, mapping["EventSourceArn"]),
            )


def _by_scheduler(deployment: Deployment) -> Iterator[tuple[str, Request]]:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html."""
    group = f"arn:aws:scheduler:{deployment.region}:{deployment.account}:schedule-group/default"
    roles = {deployment.arn(role_id): role_id for role_id in deployment.of_type("AWS::IAM::Role")}
    for schedule in deployment.of_type("AWS::Scheduler::Schedule").values():
        target = schedule["Target"]
        role_id = roles[target["RoleArn"]]
        yield (
            "Scheduler runs the schedules with their role",
            of_service(deployment, "scheduler.amazonaws.com", "sts:AssumeRole", target["RoleArn"], group),
        )
        action = "sqs:SendMessage" if ":sqs:" in target["Arn"] else "lambda:InvokeFunction"
        yield "A schedule reaches its target", of_role(deployment, role_id, action, target["Arn"])
        queue = target["DeadLetterConfig"]["Arn"]
        yield "A schedule's invocation failed for good", of_role(deployment, role_id, "sqs:SendMessage", queue)


RULE_ACTIONS = {"lambda": "lambda:InvokeFunction", "sns": "sns:Publish", "sqs": "sqs:SendMessage"}


def _by_event_bridge(deployment: Deployment) -> Iterator[tuple[str, Request]]:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html, or a target's role.

    EventBridge assumes a role on behalf of the rule:
    https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html
    """
    roles = {deployment.arn(role_id): role_id for role_id in deployment.of_type("AWS::IAM::Role")}
    for rule_id, rule in deployment.of_type("AWS::Events::Rule").items():
        source = deployment.arn(rule_id)
        for target in rule["Targets"]:
            action = RULE_ACTIONS[target["Arn"].split(":")[2]]
            if role := target.get("RoleArn"):
                assumed = of_service(deployment, "events.amazonaws.com", "sts:AssumeRole", role, source)
                yield "EventBridge runs the rule with its role", assumed
                yield "A rule's target", of_role(deployment, roles[role], action, target["Arn"])
            else:
                request = of_service(deployment, "events.amazonaws.com", action, target["Arn"], source)
                yield "A rule's target", request
            queue = target["DeadLetterConfig"]["Arn"]
            yield (
                "A rule's target refused an event for good",
                of_service(deployment, "events.amazonaws.com", "sqs:SendMessage", queue, source),
            )


def of_reader(deployment: Deployment, action: str, account: str, organization: str | None, **context: str) -> Request:
    """Return another account's request to manage a rule on the bus; that account's own policies allow everything."""
    role = f"arn:aws:iam::{account}:role/Deployer"
    bus = deployment.physical_name(deployment.only("AWS::Events::EventBus"))
    rule = f"arn:aws:events:{deployment.region}:{OWN}:rule/{bus}/theirs"
    keys = {"aws:PrincipalArn": role, "aws:PrincipalAccount": account, "aws:PrincipalOrgID": organization, **context}
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    present = {key: value for key, value in keys.items() if value}
    return Request(role, action, rule, OWN, present, (everything,), deployment.resource_policy(rule))


def grants(policies: tuple[Policy, ...]) -> Iterator[tuple[str, tuple[Policy, ...]]]:
    """Return each action that policies allow on a resource, with the policies without it."""
    for number, policy in enumerate(policies):
        for place, statement in enumerate(policy["Statement"]):
            if statement["Effect"] == "Deny":
                continue
            for action in _several(statement["Action"]):
                for resource in _several(statement.get("Resource", "")):
                    left = [
                        {**statement, "Action": [action], "Resource": _without(statement["Resource"], resource)}
                        if "Resource" in statement
                        else None,
                        {**statement, "Action": _without(statement["Action"], action)},
                    ]
                    kept = [each for each in left if each and each["Action"] and each.get("Resource", "-")]
                    statements = [*policy["Statement"][:place], *kept, *policy["Statement"][place + 1 :]]
                    without = [*policies[:number], {**policy, "Statement": statements}, *policies[number + 1 :]]
                    yield f"{action} on {resource}", tuple(each for each in without if each["Statement"])


def _role_of(deployment: Deployment, function: Json) -> str:
    return next(each for each in deployment.of_type("AWS::IAM::Role") if deployment.arn(each) == function["Role"])


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _without(value: Any, one: str) -> list[Any]:
    return [each for each in _several(value) if each != one]


def _account(arn: str) -> str:
    return arn.split(":")[4]
