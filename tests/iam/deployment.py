"""A template as CloudFormation deploys it: names and ARNs instead of references, and who has which policy.

AWS's own parser of policies in templates (`cfn-policy-validator`) is a command that needs an account, and neither
cfn-lint nor moto resolves a `GetAtt` of an ARN. So the few intrinsic functions that our templates use are
resolved here. Any other one, and a resource whose ARN is not known here, fails.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from string import Template as Text
from typing import Any

Json = dict[str, Any]

# A resource's ARN after `arn:<partition>:`, and whether `Ref` returns the ARN, the URL or (by default) the name.
ARNS = {
    "AWS::CloudWatch::Alarm": "cloudwatch:$region:$account:alarm:$name",
    "AWS::DynamoDB::GlobalTable": "dynamodb:$region:$account:table/$name",
    "AWS::Events::EventBus": "events:$region:$account:event-bus/$name",
    "AWS::Events::Rule": "events:$region:$account:rule/$bus$name",
    "AWS::IAM::Role": "iam::$account:role/$name",
    "AWS::Lambda::Function": "lambda:$region:$account:function:$name",
    "AWS::Logs::LogGroup": "logs:$region:$account:log-group:$name:*",
    "AWS::SNS::Topic": "sns:$region:$account:$name",
    "AWS::SQS::Queue": "sqs:$region:$account:$name",
}
NAMES = ("Name", "RoleName", "AlarmName")  # the properties that name a resource
SUFFIX = "-1ABCDEFGHIJKL"  # what CloudFormation adds to a name that it generates


@dataclass(frozen=True)
class Deployment:
    """A deployed template.

    Attributes:
        template: The template.
        account: The account.
        region: The region.
        parameters: Values of its parameters that are not the defaults.
        name: The stack's name.
    """

    template: Json
    account: str
    region: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    name: str = "OutpostsOrderNotifier"

    @cached_property
    def resources(self) -> dict[str, Json]:
        """Every resource by its logical id, with `Type`, and `Properties` without intrinsic functions."""
        return {
            logical_id: {"Type": resource["Type"], "Properties": self.resolve(resource.get("Properties", {}))}
            for logical_id, resource in self.template["Resources"].items()
        }

    def of_type(self, kind: str) -> dict[str, Json]:
        """Return the properties of each resource of a type, by logical id."""
        return {
            logical_id: resource["Properties"]
            for logical_id, resource in self.resources.items()
            if resource["Type"] == kind
        }

    def only(self, kind: str, prefix: str = "") -> str:
        """Return the logical id of the only resource of a type whose id has the prefix."""
        (logical_id,) = [each for each in self.of_type(kind) if each.startswith(prefix)]
        return logical_id

    def arn(self, logical_id: str) -> str:
        """Return a resource's ARN."""
        resource = self.template["Resources"][logical_id]
        bus = resource["Properties"].get("EventBusName", "") if resource["Type"] == "AWS::Events::Rule" else ""
        rest = Text(ARNS[resource["Type"]]).substitute(
            region=self.region,
            account=self.account,
            name=self.physical_name(logical_id),
            bus=f"{self.resolve(bus)}/" if bus else "",
        )
        return f"arn:aws:{rest}"

    def physical_name(self, logical_id: str) -> str:
        """Return a resource's name: the one in the template, or one that CloudFormation generates."""
        properties = self.template["Resources"][logical_id].get("Properties", {})
        own = next((properties[name] for name in NAMES if name in properties), None)
        return str(self.resolve(own)) if own else f"{self.name}-{logical_id}{SUFFIX}"

    def policies_of(self, role_id: str) -> list[Json]:
        """Return a role's policies, its inline ones included."""
        role = self.of_type("AWS::IAM::Role")[role_id]
        assert "ManagedPolicyArns" not in role, f"{role_id} has managed policies, which nobody looked at"
        name = self.physical_name(role_id)
        attached = [each for each in self.of_type("AWS::IAM::Policy").values() if name in each["Roles"]]
        return [each["PolicyDocument"] for each in [*attached, *role.get("Policies", [])]]

    def resource_policy(self, arn: str) -> Json | None:
        """Return the policy of a queue, a topic, a bus, a rule on it, a function or a role; None if it has none."""
        if arn.startswith("arn:aws:iam:"):
            roles = self.of_type("AWS::IAM::Role")
            return next((roles[each]["AssumeRolePolicyDocument"] for each in roles if self.arn(each) == arn), None)
        found = [statement for owner, statement in self._resource_statements() if arn == owner or _on_bus(arn, owner)]
        return {"Version": "2012-10-17", "Statement": found} if found else None

    def _resource_statements(self) -> list[tuple[str, Json]]:
        by_url = {self._ref(each): self.arn(each) for each in self.of_type("AWS::SQS::Queue")}
        owned: list[tuple[str, Json]] = []
        for policy in self.of_type("AWS::SQS::QueuePolicy").values():
            owned += [(by_url[url], each) for url in policy["Queues"] for each in policy["PolicyDocument"]["Statement"]]
        for policy in self.of_type("AWS::SNS::TopicPolicy").values():
            owned += [(topic, each) for topic in policy["Topics"] for each in policy["PolicyDocument"]["Statement"]]
        buses = {self.physical_name(each): self.arn(each) for each in self.of_type("AWS::Events::EventBus")}
        for policy in self.of_type("AWS::Events::EventBusPolicy").values():
            owned.append((buses[policy["EventBusName"]], policy["Statement"]))
        for bus_id, bus in self.of_type("AWS::Events::EventBus").items():
            owned += [(self.arn(bus_id), each) for each in bus.get("Policy", {}).get("Statement", [])]
        for permission in self.of_type("AWS::Lambda::Permission").values():
            owned.append((permission["FunctionName"], _permission(permission)))
        return owned

    def resolve(self, value: Any) -> Any:  # noqa: PLR0911 - a case for each intrinsic function
        """Replace the intrinsic functions in a part of the template with their results."""
        match value:
            case {"Ref": name}:
                return self._ref(name)
            case {"Fn::GetAtt": [logical_id, attribute]}:
                return self._attribute(logical_id, attribute)
            case {"Fn::Join": [separator, parts]}:
                return separator.join(map(str, self.resolve(parts)))
            case {"Fn::Sub": str(text)}:
                return self._substituted(text)
            case {"Fn::If": [condition, yes, no]}:
                return self.resolve(yes if self._holds(self.template["Conditions"][condition]) else no)
            case {"Condition": str(name), **rest} if not rest:
                return self._holds(self.template["Conditions"][name])
            case dict():
                assert not any(key.startswith("Fn::") for key in value), f"{value} cannot be resolved"
                members = {key: self.resolve(each) for key, each in value.items()}
                return {key: each for key, each in members.items() if each is not None}
            case list():
                return [each for each in map(self.resolve, value) if each is not None]
        return value

    def _ref(self, name: str) -> Any:
        pseudo = {"Partition": "aws", "Region": self.region, "AccountId": self.account, "NoValue": None}
        if name.startswith("AWS::"):
            return pseudo[name.removeprefix("AWS::")]
        if name in self.template.get("Parameters", {}):
            return self.parameters.get(name, self.template["Parameters"][name].get("Default"))
        match self.template["Resources"][name]["Type"]:
            case "AWS::SNS::Topic":
                return self.arn(name)
            case "AWS::SQS::Queue":
                return f"https://sqs.{self.region}.amazonaws.com/{self.account}/{self.physical_name(name)}"
        return self.physical_name(name)

    def _attribute(self, logical_id: str, attribute: str) -> str:
        return self.arn(logical_id) if attribute.endswith("Arn") else self.physical_name(logical_id)

    def _substituted(self, text: str) -> str:
        parts = text.split("${")
        rest = [part.partition("}") for part in parts[1:]]
        return parts[0] + "".join(
            (f"{self.resolve({'Fn::GetAtt': name.split('.')})}" if "." in name else str(self._ref(name))) + tail
            for name, _, tail in rest
        )

    def _holds(self, condition: Json) -> bool:
        match condition:
            case {"Fn::Not": [one]}:
                return not self._holds(one)
            case {"Fn::Equals": [one, other]}:
                return bool(self.resolve(one) == self.resolve(other))
        raise AssertionError(f"{condition} cannot be decided")


def _on_bus(arn: str, owner: str) -> bool:
    """Return whether an ARN is that of a rule on the bus; the bus's policy applies to it."""
    return ":event-bus/" in owner and arn.startswith(owner.replace(":event-bus/", ":rule/") + "/")


def _permission(permission: Json) -> Json:
    """Return the statement that Lambda creates from a Lambda permission."""
    conditions = {"ArnLike": {"aws:SourceArn": permission["SourceArn"]}} if "SourceArn" in permission else {}
    return {
        "Effect": "Allow",
        "Principal": {"Service": permission["Principal"]},
        "Action": permission["Action"],
        "Resource": permission["FunctionName"],
        **({"Condition": conditions} if conditions else {}),
    }
