"""The limits that AWS publishes for what a configuration makes, measured in the synthesized template.

These are the sums. What a single property may hold is in CloudFormation's schemas, by which cfn-lint judges the tests'
templates. docs/reliability.md describes each limit, and a test compares the two.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from outposts_order_notifier.cdk.configuration import ConfigurationError
from outposts_order_notifier.notify.channels.registry import parts

Json = dict[str, Any]

# Which key of the configuration a variable holds, and which one makes resources of a type.
KEYS_OF_VARIABLES = {
    "SOURCES": "sources",
    "ORGANIZATION": "organization",
    "STALLED_AFTER_DAYS": "stalledAfterDays",
    "AWS_ENDPOINT_URL_OUTPOSTS": "outpostsEndpointUrl",
    **{variable: key for each in parts("settings") for variable, key in getattr(each, "VARIABLES", {}).items()},
}
KEYS_OF_RESOURCES = {
    "AWS::Scheduler::Schedule": "sources",
    "AWS::SNS::Subscription": "emails",
    "AWS::Events::EventBusPolicy": "eventBusReaders",
}
# Only a deployment knows these, so they count as long as they can become.
PSEUDO_PARAMETERS = {
    "AWS::AccountId": "1" * 12,
    "AWS::Partition": "aws-us-gov",
    "AWS::Region": "ap-southeast-1",
    "AWS::URLSuffix": "amazonaws.com.cn",
}
SUFFIX = "-" + "x" * 13  # CloudFormation's own part of a name
PREFIX = "arn:aws-us-gov:dynamodb:us-gov-west-1:111122223333:table/xxx"  # of an ARN or a queue's URL
NAMED_BY_PREFIX = {"AWS::SQS::Queue", "AWS::SNS::Topic"}  # a reference to one is its URL or ARN
MAX_STATEMENT_ID = "x" * 100


@dataclass(frozen=True, slots=True)
class Synthesized:
    """A synthesized template.

    Attributes:
        stack_name: The stack's name, which generated names begin with.
        text: The template, JSON.
    """

    stack_name: str
    text: str

    def content(self) -> Json:
        """Parse the template."""
        content: Json = json.loads(self.text)
        return content

    def of_type(self, resource_type: str) -> Iterator[tuple[str, Json]]:
        """Give the properties of each resource of a type by its logical id, as AWS gets them."""
        resources = self.content()["Resources"]
        for name, resource in resources.items():
            if resource["Type"] == resource_type:
                yield name, self._written(resource.get("Properties", {}), resources)

    def _written(self, value: Any, resources: Json) -> Any:
        match value:
            case {"Fn::Join": [str(delimiter), list(parts)]}:
                return delimiter.join(self._written(part, resources) for part in parts)
            case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), _]}:
                if name in PSEUDO_PARAMETERS:
                    return PSEUDO_PARAMETERS[name]
                long = "Fn::GetAtt" in value or resources[name]["Type"] in NAMED_BY_PREFIX
                return f"{PREFIX if long else ''}{self.stack_name}-{name}{SUFFIX}"
            case dict():
                return {key: self._written(each, resources) for key, each in value.items()}
            case list():
                return [self._written(each, resources) for each in value]
        return value


@dataclass(frozen=True, slots=True)
class Size:
    """How large something in a template is.

    Attributes:
        key: The configuration's key that makes it so large.
        what: What it is, for people.
        size: In the limit's unit.
    """

    key: str
    what: str
    size: int


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that AWS publishes.

    Attributes:
        name: The service and its name of the quota.
        maximum: The largest size that AWS takes.
        unit: Of which sizes are.
        source: The page that publishes it.
        sizes: Finds what the limit bounds.
    """

    name: str
    maximum: int
    unit: str
    source: str
    sizes: Callable[[Synthesized], Iterator[Size]]


def excesses(template: Synthesized) -> Iterator[ConfigurationError]:
    """Give an error for each limit that a template exceeds."""
    for limit in LIMITS:
        for each in limit.sizes(template):
            if each.size > limit.maximum:
                given = f"{each.what} has {each.size:,} {limit.unit}"
                yield ConfigurationError(f"notifier.{each.key}", given, f"at most {limit.maximum:,} ({limit.name})")


def _environments(template: Synthesized) -> Iterator[Size]:
    for _, function in template.of_type("AWS::Lambda::Function"):
        variables = function["Environment"]["Variables"]
        key = max(KEYS_OF_VARIABLES, key=lambda name: len(variables.get(name, "")))
        # Lambda measures the variables as JSON, so quotation marks in a value count twice.
        size = len(json.dumps(variables, separators=(",", ":")).encode())
        yield Size(KEYS_OF_VARIABLES[key], f"the environment of {_name(function)}", size)


def _name(function: Json) -> str:
    name: str = function["Handler"].split(".")[1]
    return name


def _invocation_policies(template: Synthesized) -> Iterator[Size]:
    policies = defaultdict(list)
    for _, permission in template.of_type("AWS::Lambda::Permission"):
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
    statements = [policy["Statement"] for _, policy in template.of_type("AWS::Events::EventBusPolicy")]
    yield Size("eventBusReaders", "the event bus's policy", len(json.dumps(_policy(statements))))


def _targets(template: Synthesized) -> Iterator[Size]:
    for _, rule in template.of_type("AWS::Events::Rule"):
        yield Size("sources", "a rule", len(rule["Targets"]))


def _target_inputs(template: Synthesized) -> Iterator[Size]:
    for _, rule in template.of_type("AWS::Events::Rule"):
        for target in rule["Targets"]:
            yield Size("sources", "the input of a rule's target", len(target.get("Input", "")))


def _inline_policies(template: Synthesized) -> Iterator[Size]:
    sizes: Counter[str] = Counter()
    for _, policy in template.of_type("AWS::IAM::Policy"):
        for role in policy["Roles"]:
            sizes[role] += characters(policy["PolicyDocument"])
    for size in sizes.values():
        yield Size("sources", "a role's inline policies", size)


def characters(policy: Json) -> int:
    """Count a policy's characters as IAM does, which leaves out white space."""
    return len(json.dumps(policy, separators=(",", ":")))


def _trust_policies(template: Synthesized) -> Iterator[Size]:
    for _, role in template.of_type("AWS::IAM::Role"):
        yield Size("organization", "a role's trust policy", characters(role["AssumeRolePolicyDocument"]))


def _queue_policies(template: Synthesized) -> Iterator[Json]:
    for _, policy in template.of_type("AWS::SQS::QueuePolicy"):
        yield policy["PolicyDocument"]


def _queue_policy_bytes(template: Synthesized) -> Iterator[Size]:
    for policy in _queue_policies(template):
        yield Size("sources", "a queue's policy", len(json.dumps(policy).encode()))


def _queue_policy_statements(template: Synthesized) -> Iterator[Size]:
    for policy in _queue_policies(template):
        yield Size("sources", "a queue's policy", len(policy["Statement"]))


def _queue_policy_conditions(template: Synthesized) -> Iterator[Size]:
    for policy in _queue_policies(template):
        conditions = [each.get("Condition", {}) for each in policy["Statement"]]
        yield Size("sources", "a queue's policy", sum(len(keys) for each in conditions for keys in each.values()))


def _resources(template: Synthesized) -> Iterator[Size]:
    resources = template.content()["Resources"].values()
    types = Counter(resource["Type"] for resource in resources)
    key = max(KEYS_OF_RESOURCES, key=lambda resource_type: types[resource_type])
    yield Size(KEYS_OF_RESOURCES[key], "the template", len(resources))


def _template_bytes(template: Synthesized) -> Iterator[Size]:
    (resources,) = _resources(template)
    yield Size(resources.key, "the template", len(template.text.encode()))


LIMITS = (
    Limit(
        "AWS Lambda, environment variables",
        4_096,
        "bytes",
        "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
        _environments,
    ),
    Limit(
        "AWS Lambda, resource-based policy",
        20_480,
        "bytes",
        "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
        _invocation_policies,
    ),
    Limit(
        "Amazon EventBridge, event bus policy size",
        10_240,
        "characters",
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html",
        _bus_policies,
    ),
    Limit(
        "Amazon EventBridge, targets per rule",
        5,
        "targets",
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html",
        _targets,
    ),
    Limit(
        "Amazon EventBridge, input of a target",
        8_192,
        "characters",
        "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html",
        _target_inputs,
    ),
    Limit(
        "AWS IAM, inline policies of a role",
        10_240,
        "characters",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
        _inline_policies,
    ),
    Limit(
        "AWS IAM, role trust policy length",
        2_048,
        "characters",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
        _trust_policies,
    ),
    Limit(
        "Amazon SQS, policy bytes",
        8_192,
        "bytes",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html",
        _queue_policy_bytes,
    ),
    Limit(
        "Amazon SQS, policy statements",
        20,
        "statements",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html",
        _queue_policy_statements,
    ),
    Limit(
        "Amazon SQS, policy conditions",
        10,
        "conditions",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html",
        _queue_policy_conditions,
    ),
    Limit(
        "AWS CloudFormation, resources in a template",
        500,
        "resources",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html",
        _resources,
    ),
    Limit(
        "AWS CloudFormation, template body in Amazon S3",
        1_000_000,
        "bytes",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html",
        _template_bytes,
    ),
)
