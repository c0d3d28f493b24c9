"""The limits that AWS publishes for what a configuration creates, measured in the synthesized template.

These are the totals. CloudFormation's schemas limit single properties, and cfn-lint checks the tests' templates against
them. docs/reliability.md describes each limit, and a test compares the two.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from outposts_order_notifier.cdk.configuration import ConfigurationError
from outposts_order_notifier.notify.channels.registry import parts
from outposts_order_notifier.notify.routes import ROUTES
from outposts_order_notifier.notify.summary import PATTERNS, SUMMARY_TABLE
from outposts_order_notifier.runtime.time_zone import TIME_ZONE

Json = dict[str, Any]

# The key of the configuration that fills a variable, or that creates resources of a type.
KEYS_OF_VARIABLES = {
    "SOURCES": "sources",
    "ORGANIZATION": "organization",
    "STALLED_AFTER_DAYS": "stalledAfterDays",
    "NAMES": "names",
    TIME_ZONE: "timeZone",
    ROUTES: "routes",
    PATTERNS: "routes",
    "AWS_ENDPOINT_URL_OUTPOSTS": "outpostsEndpointUrl",
    **{variable: key for each in parts("settings") for variable, key in getattr(each, "VARIABLES", {}).items()},
}
OF_THE_SUMMARY = {PATTERNS, SUMMARY_TABLE, "NAMES"}  # variables that notify has only with a weekly summary
KEYS_OF_RESOURCES = {
    "AWS::Scheduler::Schedule": "sources",
    "AWS::SNS::Subscription": "emails",
    "AWS::Events::EventBusPolicy": "eventBusReaders",
}
# Known only at deployment, so the longest possible values count.
PSEUDO_PARAMETERS = {
    "AWS::AccountId": "1" * 12,
    "AWS::Partition": "aws-us-gov",
    "AWS::Region": "ap-southeast-1",
    "AWS::URLSuffix": "amazonaws.com.cn",
}
SUFFIX = "-" + "x" * 13  # which CloudFormation appends to a generated name
PREFIX = "arn:aws-us-gov:dynamodb:us-gov-west-1:111122223333:table/xxx"  # of an ARN or a queue's URL
NAMED_BY_PREFIX = {"AWS::SQS::Queue", "AWS::SNS::Topic"}  # a reference to one is its URL or ARN
MAX_STATEMENT_ID = "x" * 100
LAMBDA_LIMITS = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"
EVENTBRIDGE_QUOTAS = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"
EVENTBRIDGE_TARGET = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html"
IAM_QUOTAS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
SQS_QUOTAS = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html"
CLOUDFORMATION_QUOTAS = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"


@dataclass(frozen=True, slots=True)
class Synthesized:
    """A synthesized template as JSON text, and the stack's name, with which generated names begin."""

    stack_name: str
    text: str

    def content(self) -> Json:
        """Parse the template."""
        content: Json = json.loads(self.text)
        return content

    def of_type(self, resource_type: str) -> Iterator[Json]:
        """Yield the properties of each resource of a type, as AWS receives them."""
        resources = self.content()["Resources"]
        for resource in resources.values():
            if resource["Type"] == resource_type:
                yield self._resolved(resource.get("Properties", {}), resources)

    def _resolved(self, value: Any, resources: Json) -> Any:
        match value:
            case {"Fn::Join": [str(delimiter), list(parts)]}:
                return delimiter.join(self._resolved(part, resources) for part in parts)
            case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), _]}:
                if name in PSEUDO_PARAMETERS:
                    return PSEUDO_PARAMETERS[name]
                long = "Fn::GetAtt" in value or resources[name]["Type"] in NAMED_BY_PREFIX
                return f"{PREFIX if long else ''}{self.stack_name}-{name}{SUFFIX}"
            case dict():
                return {key: self._resolved(each, resources) for key, each in value.items()}
            case list():
                return [self._resolved(each, resources) for each in value]
        return value


@dataclass(frozen=True, slots=True)
class Size:
    """The size of something in a template, and the key of the configuration that determines it.

    Attributes:
        part: The part of the size that has another cause, in words.
    """

    key: str
    what: str
    size: int
    part: str = ""


Sizes = Callable[[Synthesized], Iterator[Size]]


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that AWS publishes.

    Attributes:
        name: The service, and its name for the quota.
        source: The page that publishes it.
        sizes: Measures what the limit applies to, in its unit.
    """

    name: str
    maximum: int
    unit: str
    source: str
    sizes: Sizes


def excesses(template: Synthesized) -> Iterator[ConfigurationError]:
    """Yield an error for each limit that a template exceeds."""
    for limit in LIMITS:
        for each in limit.sizes(template):
            if each.size > limit.maximum:
                given = f"{each.what} has {each.size:,} {limit.unit}{each.part}"
                yield ConfigurationError(f"notifier.{each.key}", given, f"at most {limit.maximum:,} ({limit.name})")


def _environments(template: Synthesized) -> Iterator[Size]:
    for function in template.of_type("AWS::Lambda::Function"):
        variables = function["Environment"]["Variables"]
        key = max(KEYS_OF_VARIABLES, key=lambda name: len(variables.get(name, "")))
        name = function["Handler"].split(".")[1]
        # Lambda measures the variables as JSON, so quotation marks in a value count twice.
        size = characters(variables)
        part = ""
        if PATTERNS in variables:
            added = size - characters({key: variables[key] for key in variables if key not in OF_THE_SUMMARY})
            part = f", {added:,} of them for notifier.weeklySummary with names"
        yield Size(KEYS_OF_VARIABLES[key], f"the environment of {name}", size, part)


def _invocation_policies(template: Synthesized) -> Iterator[Size]:
    policies = defaultdict(list)
    for permission in template.of_type("AWS::Lambda::Permission"):
        policies[permission["FunctionName"]].append(
            {
                "Sid": MAX_STATEMENT_ID,
                "Effect": "Allow",
                "Principal": {"Service": permission["Principal"]},
                "Action": permission["Action"],
                "Resource": permission["FunctionName"],
                "Condition": {"ArnLike": {"AWS:SourceArn": permission["SourceArn"]}},
            }
        )
    for statements in policies.values():
        yield Size("sources", "the policy of a function", len(json.dumps(_policy(statements))))


def _policy(statements: list[Json]) -> Json:
    return {"Version": "2012-10-17", "Statement": statements}


def _bus_policies(template: Synthesized) -> Iterator[Size]:
    statements = [policy["Statement"] for policy in template.of_type("AWS::Events::EventBusPolicy")]
    yield Size("eventBusReaders", "the event bus's policy", len(json.dumps(_policy(statements))))


def _target_inputs(template: Synthesized) -> Iterator[Size]:
    for rule in template.of_type("AWS::Events::Rule"):
        for target in rule["Targets"]:
            yield Size("sources", "the input of a rule's target", len(target.get("Input", "")))


def _inline_policies(template: Synthesized) -> Iterator[Size]:
    sizes: Counter[str] = Counter()
    for policy in template.of_type("AWS::IAM::Policy"):
        for role in policy["Roles"]:
            sizes[role] += characters(policy["PolicyDocument"])
    for size in sizes.values():
        yield Size("sources", "a role's inline policies", size)


def characters(policy: Json) -> int:
    """Count a policy's characters as IAM does: without white space."""
    return len(json.dumps(policy, separators=(",", ":")))


def _of_each(resource_type: str, key: str, what: str, measured: Callable[[Json], int]) -> Sizes:
    """Return a function that measures each resource of a type by its properties."""
    return lambda template: (Size(key, what, measured(each)) for each in template.of_type(resource_type))


def _queue_policies(measured: Callable[[Json], int]) -> Sizes:
    def sizes(template: Synthesized) -> Iterator[Size]:
        for policy in template.of_type("AWS::SQS::QueuePolicy"):
            key = "routes" if "Notifications" in str(policy.get("Queues")) else "sources"
            yield Size(key, "a queue's policy", measured(policy["PolicyDocument"]))

    return sizes


def _conditions(policy: Json) -> int:
    conditions = [each.get("Condition", {}) for each in policy["Statement"]]
    return sum(len(keys) for each in conditions for keys in each.values())


def _resources(template: Synthesized) -> Iterator[Size]:
    resources = template.content()["Resources"].values()
    types = Counter(resource["Type"] for resource in resources)
    key = max(KEYS_OF_RESOURCES, key=lambda resource_type: types[resource_type])
    yield Size(KEYS_OF_RESOURCES[key], "the template", len(resources))


def _template_bytes(template: Synthesized) -> Iterator[Size]:
    (resources,) = _resources(template)
    yield Size(resources.key, "the template", len(template.text.encode()))


_targets = _of_each("AWS::Events::Rule", "sources", "a rule", lambda rule: len(rule["Targets"]))
_trust_policies = _of_each(
    "AWS::IAM::Role",
    "organization",
    "a role's trust policy",
    lambda role: characters(role["AssumeRolePolicyDocument"]),
)
_policy_bytes = _queue_policies(lambda policy: len(json.dumps(policy).encode()))
_policy_statements = _queue_policies(lambda policy: len(policy["Statement"]))
_policy_conditions = _queue_policies(_conditions)

LIMITS = (
    Limit("AWS Lambda, environment variables", 4_096, "bytes", LAMBDA_LIMITS, _environments),
    Limit("AWS Lambda, resource-based policy", 20_480, "bytes", LAMBDA_LIMITS, _invocation_policies),
    Limit("Amazon EventBridge, event bus policy size", 10_240, "characters", EVENTBRIDGE_QUOTAS, _bus_policies),
    Limit("Amazon EventBridge, targets per rule", 5, "targets", EVENTBRIDGE_QUOTAS, _targets),
    Limit("Amazon EventBridge, input of a target", 8_192, "characters", EVENTBRIDGE_TARGET, _target_inputs),
    Limit("AWS IAM, inline policies of a role", 10_240, "characters", IAM_QUOTAS, _inline_policies),
    Limit("AWS IAM, role trust policy length", 2_048, "characters", IAM_QUOTAS, _trust_policies),
    Limit("Amazon SQS, policy bytes", 8_192, "bytes", SQS_QUOTAS, _policy_bytes),
    Limit("Amazon SQS, policy statements", 20, "statements", SQS_QUOTAS, _policy_statements),
    Limit("Amazon SQS, policy conditions", 10, "conditions", SQS_QUOTAS, _policy_conditions),
    Limit("AWS CloudFormation, resources in a template", 500, "resources", CLOUDFORMATION_QUOTAS, _resources),
    Limit("AWS CloudFormation, template body in Amazon S3", 1_000_000, "bytes", CLOUDFORMATION_QUOTAS, _template_bytes),
)
