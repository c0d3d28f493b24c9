"""The limits of AWS and Slack: a configuration that exceeds one is rejected, and everything else is within them."""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from aws_cdk.assertions import Template
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.cdk.configuration_schema import schema
from outposts_order_notifier.cdk.limits import LIMITS, PREFIX, SUFFIX, Limit, Synthesized, characters, excesses
from outposts_order_notifier.cdk.poller import TARGETS_PER_RULE
from outposts_order_notifier.domain.stalled import LEARNED
from testing.linting import IGNORED, findings, read_template
from testing.synthesis import REGION, template_of
from tests.docs.pages import DOCS, ROOT, rows

STACK = "OutpostsOrderNotifier"
GOVCLOUD = "us-gov-west-1"


def own(count: int) -> dict[str, Any]:
    """Return a configuration of sources in the stack's account and region, one for each Outpost."""
    return {"sources": [{"region": REGION, "outpostIds": [f"op-{number:017x}"]} for number in range(count)]}


def others(count: int) -> dict[str, Any]:
    """Return a configuration of sources in other accounts, with the role and external id of our template."""
    return {
        "sources": [
            {
                "region": REGION,
                "roleArn": f"arn:aws:iam::{number:012}:role/OutpostsReader",
                "externalId": "outposts-order-notifier",
            }
            for number in range(count)
        ]
    }


def organization(count: int) -> dict[str, Any]:
    """Return a configuration of an organization that names accounts."""
    accounts = [f"{number:012}" for number in range(count)]
    return {"organization": {"roleName": "OutpostsReader", "regions": [REGION, "us-east-1"], "accounts": accounts}}


def readers(accounts: int, organizations: int = 0) -> dict[str, Any]:
    """Return a configuration with this many readers of the bus."""
    return {
        "eventBusReaders": [
            *(f"{number:012}" for number in range(accounts)),
            *(f"o-{number:010}" for number in range(organizations)),
        ]
    }


def emails(count: int) -> dict[str, Any]:
    """Return a configuration with this many addresses."""
    return {"emails": [f"{number}@example.com" for number in range(count)]}


def routes(count: int, **channels: Any) -> dict[str, Any]:
    """Return a configuration with this many routes, with the shortest settings or those of some channels."""
    return {
        "routes": [
            {"name": f"{number}", "notify": {}, **(channels or {"webhook": {"secretName": f"{number}"}})}
            for number in range(count)
        ]
    }


SITES = {"slack": {"secretName": "outposts-order-notifier/slack", "channel": "#outposts-of-site"}}
# The longest value of each key, together.
LONGEST: dict[str, Any] = {
    "sources": [
        {
            "region": GOVCLOUD,
            "roleArn": f"arn:aws-us-gov:iam::{number:012}:role/{'p' * 510}/{'r' * 64}",
            "externalId": "e" * 500,
        }
        for number in range(2)
    ],
    "organization": {"roleName": "r" * 64, "regions": [GOVCLOUD, "us-gov-east-1"], "externalId": "e" * 300},
    "pollEveryMinutes": 1_440,
    "stalledAfterDays": {"order": {"PREPARING": 3_650, "IN_PROGRESS": 3_650}, "lineItem": {"SHIPPED": 3_650}},
    "slack": {"secretName": "s" * 512, "channel": "\N{CJK UNIFIED IDEOGRAPH-65E5}" * 80},
    "amazonQDeveloper": True,
    "emails": [f"{'l' * 64}@{'.'.join(['d' * 62] * 3)}"],
    "eventBusReaders": ["1" * 12, f"o-{'o' * 32}"],
    "outpostsEndpointUrl": f"https://{'u' * 60}.example.com/{'p' * 120}",
}
# As many of everything as fit.
MAXIMA: dict[str, tuple[dict[str, Any], str]] = {
    "longest strings": (LONGEST, GOVCLOUD),
    "most Outposts, readers and addresses": ({**own(45), **readers(265, 1), **emails(100)}, REGION),
    "most roles and organizations": ({**others(27), **readers(0, 16)}, REGION),
    "most accounts": (organization(198), REGION),
    "most channels of a bot": (routes(32, **SITES), REGION),
    "most lists of addresses": (routes(20, emails=["hardware@example.com"]), REGION),
    "most routes": (routes(49), REGION),
}
# Every list of MAXIMA in one configuration, which is more than fits.
TOGETHER: dict[str, Any] = {
    **organization(198),
    "sources": [*own(45)["sources"], *others(27)["sources"]],
    **readers(265, 16),
    **emails(2),
    "routes": [
        {**route, "name": f"{kind}-{route['name']}"}
        for kind, several in {
            "bot": routes(16, **SITES),
            "addresses": routes(10, emails=["hardware@example.com"]),
            "webhook": routes(23),
        }.items()
        for route in several["routes"]
    ],
}
TOTALS = "E3697"  # cfn-lint's rule for the size of an environment, which `excesses` measures
BUS = "Amazon EventBridge, event bus policy size"
ENVIRONMENT = "AWS Lambda, environment variables"
# One more than fits.
EXCEEDED: list[tuple[dict[str, Any], list[str]]] = [
    (
        {**own(46), **readers(284)},
        [
            f"notifier.eventBusReaders: the event bus's policy has 10,249 characters; allowed: at most 10,240 ({BUS})",
            "notifier.sources: a queue's policy has 11 conditions; allowed: at most 10 (Amazon SQS, policy conditions)",
        ],
    ),
    (
        {**others(28), **readers(0, 17)},
        [
            f"notifier.sources: the environment of poll has 4,208 bytes; allowed: at most 4,096 ({ENVIRONMENT})",
            f"notifier.eventBusReaders: the event bus's policy has 10,393 characters; allowed: at most 10,240 ({BUS})",
        ],
    ),
    (
        organization(199),
        [
            f"notifier.organization: the environment of poll has 4,113 bytes; allowed: at most 4,096 ({ENVIRONMENT})",
        ],
    ),
    (
        routes(33, **SITES),
        [
            f"notifier.routes: the environment of notify has 4,160 bytes; allowed: at most 4,096 ({ENVIRONMENT})",
        ],
    ),
    (
        routes(21, emails=["hardware@example.com"]),
        [
            f"notifier.routes: the environment of notify has 4,205 bytes; allowed: at most 4,096 ({ENVIRONMENT})",
        ],
    ),
    (
        routes(50),
        ["notifier.routes: a queue's policy has 8,197 bytes; allowed: at most 8,192 (Amazon SQS, policy bytes)"],
    ),
]


NAMED = {"names": {f"op-{number:017x}": "Plant" for number in range(40)}}
WEEKLY = {"weeklySummary": {"day": "MONDAY", "time": "08:00"}, **NAMED}


@cache
def maximum(name: str) -> Template:
    """Synthesize one of the largest valid configurations."""
    notifier, region = MAXIMA[name]
    return template_of(notifier, region=region)


def synthesized(template: Template) -> Synthesized:
    """Return the template as the application measures it."""
    return Synthesized(STACK, json.dumps(template.to_json(), indent=1))


class TestSynthesis:
    """Limits that a configuration can exceed."""

    @pytest.mark.parametrize(
        ("notifier", "lines"), EXCEEDED, ids=lambda value: value[0] if isinstance(value, list) else ""
    )
    def test_names_key_size_limit_and_source(self, notifier: dict[str, Any], lines: list[str]) -> None:
        """One more than fits is rejected in one line that names the key, the size, the limit, and whose limit it is."""
        assert list(map(str, excesses(synthesized(template_of(notifier))))) == lines

    def test_names_what_the_weekly_summary_adds_to_notifys_environment(self) -> None:
        """The same routes and names would fit without it."""
        assert list(excesses(synthesized(template_of({**routes(24, **SITES), **NAMED})))) == []
        (line,) = map(str, excesses(synthesized(template_of({**routes(24, **SITES), **WEEKLY}))))
        found = re.fullmatch(
            r"notifier\.routes: the environment of notify has ([\d,]+) bytes, ([\d,]+) of them for "
            r"notifier\.weeklySummary with names; allowed: at most 4,096 \(.+\)",
            line,
        )
        assert found, line
        size, added = (int(number.replace(",", "")) for number in found.groups())
        assert size - added <= 4_096 < size

    @pytest.mark.parametrize("name", MAXIMA)
    def test_the_largest_configurations_stay_within_every_limit(self, name: str) -> None:
        """One fewer than what is rejected, with the longest of every text, is accepted by AWS."""
        assert list(map(str, excesses(synthesized(maximum(name))))) == []

    @pytest.mark.parametrize(("notifier", "region"), [MAXIMA["longest strings"], (TOGETHER, REGION)])
    def test_the_largest_configurations_match_cloudformations_schemas(
        self, notifier: dict[str, Any], region: str
    ) -> None:
        """Names, descriptions, durations and rates of single properties are within what each service accepts."""
        template = json.dumps(template_of(notifier, region=region).to_json())
        assert findings(template, regions=[region], ignored=[*IGNORED, TOTALS]) == []


def made_of(*resources: tuple[str, dict[str, Any]]) -> Synthesized:
    """Return a template of resources, each a type and its properties; `R0` is the first."""
    content = {f"R{number}": {"Type": kind, "Properties": each} for number, (kind, each) in enumerate(resources)}
    return Synthesized(STACK, json.dumps({"Resources": content}))


def function(variables: dict[str, Any]) -> Synthesized:
    """Return a template with a queue, and a function with these environment variables."""
    properties = {"Handler": "lambdas.poll.handler.handler", "Environment": {"Variables": variables}}
    return made_of(("AWS::SQS::Queue", {}), ("AWS::Lambda::Function", properties))


def environment_size(variables: dict[str, Any]) -> int:
    """Return the size of a function's environment."""
    (size,) = LIMITS[0].sizes(function(variables))
    return size.size


def statement(**further: Any) -> dict[str, Any]:
    """Return a policy document with one statement."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **further}]}


def permissions(padding: int) -> Synthesized:
    """Return a template in which a rule may invoke a function."""
    permission = {"FunctionName": "f", "Principal": "p", "Action": "a", "SourceArn": "s" * padding}
    return made_of(("AWS::Lambda::Permission", permission))


def queue_policy(**further: Any) -> Synthesized:
    """Return a template with a queue's policy."""
    return made_of(("AWS::SQS::QueuePolicy", {"PolicyDocument": statement(**further)}))


# For each limit, a template that is larger by one at each step.
GROWING: dict[str, Callable[[int], Synthesized]] = {
    "AWS Lambda, environment variables": lambda size: function({"SOURCES": "s" * size}),
    "AWS Lambda, resource-based policy": permissions,
    "Amazon EventBridge, event bus policy size": lambda size: made_of(
        ("AWS::Events::EventBusPolicy", {"Statement": {"Sid": "s" * size}})
    ),
    "Amazon EventBridge, targets per rule": lambda size: made_of(("AWS::Events::Rule", {"Targets": [{}] * size})),
    "Amazon EventBridge, input of a target": lambda size: made_of(
        ("AWS::Events::Rule", {"Targets": [{"Input": "i" * size}]})
    ),
    "AWS IAM, inline policies of a role": lambda size: made_of(
        ("AWS::IAM::Policy", {"Roles": ["r"], "PolicyDocument": statement(Resource="r" * 6_000)}),
        ("AWS::IAM::Policy", {"Roles": ["r"], "PolicyDocument": statement(Resource="r" * size)}),
        ("AWS::IAM::Policy", {"Roles": ["other"], "PolicyDocument": statement(Resource="r" * 6_000)}),
    ),
    "AWS IAM, role trust policy length": lambda size: made_of(
        ("AWS::IAM::Role", {"AssumeRolePolicyDocument": statement(Principal="p" * size)})
    ),
    "Amazon SQS, policy bytes": lambda size: queue_policy(Resource="r" * size),
    "Amazon SQS, policy statements": lambda size: made_of(
        ("AWS::SQS::QueuePolicy", {"PolicyDocument": {"Statement": [{}] * size}})
    ),
    "Amazon SQS, policy conditions": lambda size: queue_policy(
        Condition={"ArnEquals": dict.fromkeys(map(str, range(size)), "")}
    ),
    "AWS CloudFormation, resources in a template": lambda size: made_of(*[("AWS::SNS::Subscription", {})] * size),
    "AWS CloudFormation, template body in Amazon S3": lambda size: made_of(("AWS::SNS::Topic", {"Name": "n" * size})),
}


class TestSizes:
    """How a template is measured."""

    @pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
    def test_the_maximum_is_accepted_and_one_more_is_not(self, limit: Limit) -> None:
        """Each limit is the largest size that is accepted, regardless of the rest of the template."""
        grown = GROWING[limit.name]
        padding = limit.maximum - max(each.size for each in limit.sizes(grown(0)))
        assert list(excesses(grown(padding))) == []
        (error,) = excesses(grown(padding + 1))
        assert f"{limit.maximum + 1:,} {limit.unit}" in str(error)
        assert str(error).endswith(f"at most {limit.maximum:,} ({limit.name})")

    @given(st.dictionaries(st.from_regex(r"\A[A-Z]{1,9}\Z"), st.text(max_size=99), min_size=1))
    def test_an_environment_is_as_long_as_its_json(self, variables: dict[str, str]) -> None:
        """Lambda measures that string, as its error shows: quotation marks count twice."""
        assert environment_size(variables) == len(json.dumps(variables, separators=(",", ":")))

    @given(st.text("ab", max_size=40), st.text("ab", max_size=40))
    def test_parts_are_measured_joined(self, before: str, after: str) -> None:
        """Fn::Join counts as the text that it results in."""
        joined = {"A": {"Fn::Join": ["/", [before, after]]}}
        assert environment_size(joined) == environment_size({"A": f"{before}/{after}"})

    def test_what_only_a_deployment_assigns_counts_at_its_maximum_length(self) -> None:
        """A name has a prefix and a suffix of CloudFormation's; an ARN and a queue's URL name region and account."""
        name = f"{STACK}-R0{SUFFIX}"
        url = f"https://sqs.us-gov-west-1.amazonaws.com/111122223333/{name}"
        assert environment_size({"A": {"Ref": "R0"}}) >= environment_size({"A": url})
        assert environment_size({"A": {"Fn::GetAtt": ["R0", "Arn"]}}) == environment_size({"A": PREFIX + name})
        assert environment_size({"A": {"Ref": "AWS::AccountId"}}) == environment_size({"A": "111122223333"})

    def test_iam_counts_no_white_space(self) -> None:
        """According to its page on quotas."""
        assert characters({"Version": "2012-10-17", "Statement": []}) == len('{"Version":"2012-10-17","Statement":[]}')


class TestBounds:
    """Limits that no configuration can exceed."""

    @pytest.mark.parametrize("minutes", [1, 1_440])
    def test_any_tick_is_within_what_each_service_accepts(self, minutes: int) -> None:
        """Ages, retention, visibility and rate follow the tick, which is from a minute to a day."""
        notifier = {**organization(1), **own(2), "pollEveryMinutes": minutes}
        template = template_of(notifier)
        for queue in template.find_resources("AWS::SQS::Queue").values():
            assert 60 <= queue["Properties"]["MessageRetentionPeriod"] <= 1_209_600
            assert 0 <= queue["Properties"].get("VisibilityTimeout", 30) <= 43_200
        for invocation in template.find_resources("AWS::Lambda::EventInvokeConfig").values():
            assert 60 <= invocation["Properties"]["MaximumEventAgeInSeconds"] <= 21_600
        for each in template.find_resources("AWS::Scheduler::Schedule").values():
            assert 60 <= each["Properties"]["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 86_400
            assert each["Properties"]["ScheduleExpression"].startswith("rate(")
        for age in ages_of_rules(template):
            assert 60 <= age <= 86_400

    def test_the_member_accounts_role_fits_its_trust_policy(self) -> None:
        """With the longest external id and role's name, in the partition of the longest name."""
        template = read_template(ROOT / "templates" / "member-role.yaml")
        role = json.dumps(template["Resources"]["Role"]["Properties"]["AssumeRolePolicyDocument"])
        for name, value in {
            '{"Ref": "ExternalId"}': f'"{"e" * 1_224}"',
            "${NotifierAccountId}": "1" * 12,
            "${AWS::Partition}": "aws-us-gov",
        }.items():
            assert name in role
            role = role.replace(name, value)
        assert characters(json.loads(role)) <= 2_048

    def test_rules_share_their_targets(self) -> None:
        """Sources of the stack's account and region need a fifth as many rules, each still with its own input."""
        rules = maximum("most Outposts, readers and addresses").find_resources("AWS::Events::Rule").values()
        targets = [
            rule["Properties"]["Targets"]
            for rule in rules
            if rule["Properties"]["EventPattern"]["source"] == ["aws.outposts"]
        ]
        assert list(map(len, targets)) == [TARGETS_PER_RULE] * 9
        inputs = [json.loads(target["Input"]) for each in targets for target in each]
        assert sorted(map(str, inputs)) == sorted(map(str, own(45)["sources"]))

    def test_permissions_that_a_policy_has_no_room_for_are_in_managed_ones(self) -> None:
        """A permission to use a KMS key takes up far more than the route in notify's environment."""
        key = f"arn:aws:kms:{REGION}:111122223333:key/mrk-{'0' * 32}"
        configured = {
            "routes": [{**each, "webhook": {**each["webhook"], "kmsKeyArn": key}} for each in routes(49)["routes"]]
        }
        template = template_of(configured)
        assert list(excesses(synthesized(template))) == []
        managed = template.find_resources("AWS::IAM::ManagedPolicy").values()
        assert managed
        assert all(characters(each["Properties"]["PolicyDocument"]) <= 6_144 for each in managed)

    def test_stalled_days_of_every_status_leave_room_for_sources(self) -> None:
        """All statuses with the largest number, or learned, need less than a fifth of the environment."""
        kinds = schema()["properties"]["stalledAfterDays"]["properties"]
        for longest in (3_650, LEARNED):
            days = {kind: dict.fromkeys(each["properties"], longest) for kind, each in kinds.items()}
            assert environment_size({"A": json.dumps(days)}) < 1_000


def ages_of_rules(template: Template) -> Iterator[int]:
    """Return the maximum age of an event at each target of each rule that sets it."""
    for rule in template.find_resources("AWS::Events::Rule").values():
        for target in rule["Properties"]["Targets"]:
            if "RetryPolicy" in target:
                yield target["RetryPolicy"]["MaximumEventAgeInSeconds"]


class TestTable:
    """The table in docs/reliability.md."""

    def test_has_each_limit_with_number_and_source(self) -> None:
        """It has no other number than the code."""
        table = {row[0]: row for row in rows(DOCS / "reliability.md", "Limits")}
        for limit in LIMITS:
            row = next(row for name, row in table.items() if limit.name in name)
            assert limit.source in row[0]
            assert f"{limit.maximum:,} {limit.unit}" in row[1]

    def test_names_tests_that_exist(self) -> None:
        """Each row links to a file and names a test in it."""
        table = list(rows(DOCS / "reliability.md", "Limits"))
        assert len(table) > len(LIMITS)
        for *_, cell in table:
            name, path = cell.removeprefix("[").removesuffix(")").split("](")
            assert f"def {name}(" in (DOCS / path).read_text("utf-8"), cell
