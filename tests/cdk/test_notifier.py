"""The construct, in somebody else's application."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, get_args

import aws_cdk as cdk
import pytest
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sqs as sqs
from aws_cdk.assertions import Match, Template
from cdk_nag import AwsSolutionsChecks
from constructs import Construct
from hypothesis import given
from hypothesis import strategies as st
from order_subscription import OrderSubscription, any_error

import outposts_order_notifier.cdk as exported
from outposts_order_notifier.cdk import (
    Configuration,
    ConfigurationError,
    LocalCloud,
    MetricName,
    Organization,
    OutpostsOrderNotifier,
    Route,
    Slack,
    Source,
    StalledAfterDays,
    Webhook,
    WeeklySummary,
)
from outposts_order_notifier.cdk.configuration_schema import OF_ROUTES, schema
from outposts_order_notifier.cdk.metrics import METRICS
from outposts_order_notifier.cdk.notifier import unique_prefix
from outposts_order_notifier.cdk.physical_names import MAX_PREFIX, MAX_RULE_NAME, check_names
from outposts_order_notifier.cdk.properties import NAMES, Properties, configuration_of
from outposts_order_notifier.notify.routes import route_of, rule_name
from testing import linting
from testing.synthesis import ACCOUNT, REGION, only
from tests.cdk.test_configuration_keys import EVERY, SOME_ACCOUNTS
from tests.docs.test_functions import FUNCTIONS, named

Json = dict[str, Any]
KEY = f"arn:aws:kms:{REGION}:111122223333:key/mrk-{'0' * 32}"
SLACK = Slack(secret_name="outposts/slack", channel="#outposts", kms_key_arn=KEY)  # noqa: S106 - a name, not a secret
WEBHOOK = Webhook(secret_name="outposts/webhook", kms_key_arn=KEY)  # noqa: S106 - as above
EMAILS = ["hardware@example.com", "oncall@example.com"]
DUBLIN = Route(
    name="dublin", notify={"outpostId": ["op-0123456789abcdef0"]}, slack=SLACK, webhook=WEBHOOK, emails=EMAILS
)
ALL: Properties = {
    "sources": [
        Source(region=REGION, outpost_ids=["op-0123456789abcdef0"]),
        Source(region="us-west-2"),
        Source(region=REGION, role_arn="arn:aws:iam::123456789012:role/OutpostsReader", external_id="notifier"),
    ],
    "organization": Organization(
        role_name="OutpostsReader",
        regions=[REGION, "us-west-2"],
        external_id="another",
        exclude_accounts=["210987654321"],
    ),
    "poll_every_minutes": 10,
    "announce_existing_orders": True,
    "stalled_after_days": StalledAfterDays(order={"PREPARING": 60, "ERROR": None}, line_item={"SHIPPED": 21}),
    "names": {"op-0123456789abcdef0": "Dublin plant"},
    "time_zone": "Europe/Dublin",
    "weekly_summary": WeeklySummary(day="MONDAY", time="08:00"),
    "dashboard": False,
    "emails": EMAILS,
    "amazon_q_developer": True,
    "slack": SLACK,
    "webhook": WEBHOOK,
    "notify": {"changes": {"status": ["REPLACED", "ERROR"]}},
    "routes": [DUBLIN],
    "event_bus_readers": ["210987654321", "o-a1b2c3d4e5"],
    "outposts_endpoint_url": "https://outposts.example.com",
}
WITH_A_DASHBOARD: Properties = {**ALL, "dashboard": True}
ENVIRONMENT = cdk.Environment(account=ACCOUNT, region=REGION)


def app(**context: Any) -> cdk.App:
    """Start an application without any of cdk.json's flags, and without functions' packages."""
    return cdk.App(context={"aws:cdk:bundling-stacks": [], **context}, builtin_cloud_formation_validation=False)


def a_stack(env: cdk.Environment | None = ENVIRONMENT, **context: Any) -> cdk.Stack:
    """Start an application with a stack."""
    return cdk.Stack(app(**context), "Shop", env=env)


def resources_of(stack: cdk.Stack) -> dict[str, Json]:
    """Synthesize the resources."""
    resources: dict[str, Json] = Template.from_stack(stack).to_json()["Resources"]
    return resources


def findings(stack: cdk.Stack) -> list[Any]:
    """Return what cfn-lint finds in a stack's template."""
    return linting.findings(json.dumps(Template.from_stack(stack).to_json()), regions=[REGION])


def configured(**properties: Any) -> Configuration:
    """Check properties as the construct Shop/Orders does."""
    return configuration_of(properties, "Shop/Orders", REGION, ACCOUNT, region_is_known=True)


class TestProperties:
    """The properties are the configuration of cdk.json, in Python's spelling."""

    def test_they_describe_the_same_configuration(self) -> None:
        """Every key has a property, whose value arrives."""
        assert configured(**ALL) == Configuration.parse(EVERY, REGION)

    def test_an_organization_can_be_limited_to_accounts(self) -> None:
        """Which excludes the property for those left out."""
        some = Organization(role_name="OutpostsReader", regions=[REGION], accounts=["210987654321"])
        assert configured(organization=some) == Configuration.parse(SOME_ACCOUNTS, REGION)

    def test_without_any_the_defaults_apply(self) -> None:
        """Those of the configuration, which has no others; a property that is None is not given."""
        assert configured(slack=None, sources=None) == Configuration.parse({}, REGION)

    def test_each_key_of_the_configuration_has_a_property(self) -> None:
        """And there is no property without a key, at any depth."""
        rules = schema()["properties"]
        assert {NAMES[key] for key in rules} == Properties.__annotations__.keys()
        of_lists = {Source: rules["sources"]["items"], Route: rules["routes"]["items"]}
        single = {
            Organization: rules["organization"],
            StalledAfterDays: rules["stalledAfterDays"],
            WeeklySummary: rules["weeklySummary"],
            Slack: rules["slack"],
            Webhook: rules["webhook"],
        }
        for kind, of_kind in {**of_lists, **single}.items():
            keys = {NAMES.get(key, key) for key in of_kind["properties"]}
            assert {field.name for field in fields(kind)} == keys, kind
        assert {"notify", "name", *OF_ROUTES} == {field.name for field in fields(Route)}

    @pytest.mark.parametrize(
        ("properties", "line"),
        [
            (
                {"poll_every_minutes": 0},
                "Shop/Orders.poll_every_minutes: 0; allowed: a whole number of minutes from 1 to 1440",
            ),
            (
                {"pol_every_minutes": 5},
                r'Shop/Orders.pol_every_minutes: unknown key; allowed: .*; did you mean "poll_every_minutes"\?',
            ),
            (
                {"sources": [Source(region=REGION, external_id="xy")]},
                r"Shop/Orders.sources\[0\].external_id: given without role_arn; allowed: only with role_arn",
            ),
            (
                {"sources": []},
                r"Shop/Orders.sources: \[\]; allowed: a list of .*: an object with region, role_arn, external_id, .*",
            ),
            (
                {"stalled_after_days": StalledAfterDays(line_item={"SHIPED": 3})},
                r'Shop/Orders.stalled_after_days.line_item.SHIPED: unknown key; .*; did you mean "SHIPPED"\?',
            ),
            (
                {"slack": replace(SLACK, kms_key_arn=KEY.replace(REGION, "us-west-2"))},
                r"Shop/Orders.slack.kms_key_arn: .*; allowed: a key in eu-west-1, the secret's region",
            ),
            (
                {"routes": [Route(name="dublin", notify={})]},
                r"Shop/Orders.routes\[0\]: a route without recipients; allowed: at least one of slack, webhook, emails",
            ),
            # In a pattern, keys are those of events, which keep their spelling.
            (
                {"notify": {"outpostid": ["op-1"]}},
                r'Shop/Orders.notify.outpostid: unknown key; .*\boutpostId\b.*; did you mean "outpostId"\?',
            ),
            (
                {"routes": [Route(name="a", notify={"lineItem": ["x"]}, emails=EMAILS)]},
                r"Shop/Orders.routes\[0\].notify.lineItem: .*",
            ),
        ],
        ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
    )
    def test_an_error_is_the_configurations_in_one_line_that_names_the_property(
        self, properties: Json, line: str
    ) -> None:
        """With the construct's path, as an application may have several."""
        with pytest.raises(ConfigurationError) as caught:
            OutpostsOrderNotifier(a_stack(), "Orders", **properties)
        assert re.fullmatch(line, str(caught.value))

    def test_a_configuration_excludes_properties(self) -> None:
        """Otherwise, one of the two would be ignored."""
        configuration = Configuration.parse({}, REGION)
        with pytest.raises(ConfigurationError, match=r"Shop/Orders\.configuration: given together with emails; "):
            OutpostsOrderNotifier(a_stack(), "Orders", configuration=configuration, emails=EMAILS)

    def test_each_is_exported(self) -> None:
        """Applications import from one place, and a wrong name is an ordinary error."""
        assert [getattr(exported, name).__name__ for name in exported.__all__ if name != "MetricName"] == [
            name for name in exported.__all__ if name != "MetricName"
        ]
        with pytest.raises(AttributeError, match="has no attribute 'OutpostsOrderNotifer'"):
            _ = exported.OutpostsOrderNotifer

    def test_the_secret_may_be_created_in_the_same_stack(self) -> None:
        """Its name is known only when it is deployed; the function gets it, and may read it."""
        stack = a_stack()
        secret = secretsmanager.Secret(stack, "Slack")
        name = stack.resolve(secret.secret_name)
        notifier = OutpostsOrderNotifier(stack, "Orders", slack=Slack(secret_name=secret.secret_name))
        function = stack.resolve(notifier.notify_function.node.default_child.logical_id)  # type: ignore[union-attr]
        resources = resources_of(stack)
        assert resources[function]["Properties"]["Environment"]["Variables"]["SLACK_SECRET_NAME"] == name
        assert findings(stack) == []


def literal_names(resources: Mapping[str, Json]) -> set[tuple[str, str, str]]:
    """Return type, property and value of each name that a template gives."""
    return {
        (resource["Type"], key, value)
        for resource in resources.values()
        for key, value in resource.get("Properties", {}).items()
        if key.endswith("Name") and key != "DisplayName" and isinstance(value, str)
    }


class TestNames:
    """Without a name that is asked for, all are unique."""

    def test_two_in_one_stack_share_no_name(self) -> None:
        """But those of schemas, which are in different registries."""
        stack = a_stack()
        for name in ("One", "Other"):
            OutpostsOrderNotifier(stack, name, **WITH_A_DASHBOARD)
        resources = resources_of(stack)
        names = [
            literal_names({each: resources[each] for each in resources if each.startswith(name)})
            for name in ("One", "Other")
        ]
        assert {(kind, key) for kind, key, _ in names[0] & names[1]} == {("AWS::EventSchemas::Schema", "SchemaName")}
        assert {(kind, key) for kind, key, _ in names[0]} >= {
            ("AWS::CloudWatch::Alarm", "AlarmName"),
            ("AWS::CloudWatch::Dashboard", "DashboardName"),
            ("AWS::EventSchemas::Registry", "RegistryName"),
            ("AWS::Events::EventBus", "Name"),
            ("AWS::Events::Rule", "Name"),
        }
        assert findings(stack) == []

    def test_two_stacks_of_one_id_share_no_name(self) -> None:
        """As in an application that is deployed for each stage under another name, nested stacks included."""
        names = []
        for stage in ("test", "production"):
            stack = cdk.Stack(app(), "Shop", stack_name=f"shop-{stage}", env=ENVIRONMENT)
            nested = cdk.NestedStack(stack, "Hardware")
            OutpostsOrderNotifier(stack, "Orders", routes=[DUBLIN])
            OutpostsOrderNotifier(nested, "Orders", routes=[DUBLIN])
            names += [literal_names(resources_of(stack)), literal_names(resources_of(nested))]
        shared = set().union(*(one & other for one in names for other in names if one is not other))
        assert {(kind, key) for kind, key, _ in shared} == {
            ("AWS::EventSchemas::Schema", "SchemaName"),
            ("AWS::IAM::Policy", "PolicyName"),  # of one role
        }

    def test_their_metrics_are_apart(self) -> None:
        """Otherwise, the failures of one would raise the other's alarms."""
        stack = a_stack()
        notifiers = [OutpostsOrderNotifier(stack, name) for name in ("One", "Other")]
        namespaces = {each.metric("PollFailures").namespace for each in notifiers}
        functions = Template.from_stack(stack).find_resources("AWS::Lambda::Function").values()
        published = [
            each["Properties"]["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"] for each in functions
        ]
        assert len(namespaces) == 2
        assert set(published) == namespaces
        assert {published.count(each) for each in namespaces} == {3}

    def test_names_can_be_given(self) -> None:
        """For the bus, its registry and parameters; and what alarms, rules, dashboard and metrics begin with."""
        stack = a_stack()
        OutpostsOrderNotifier(
            stack,
            "Orders",
            name_prefix="Racks",
            event_bus_name="racks.bus",
            parameter_prefix="/teams/racks",
            routes=[DUBLIN],
        )
        names = literal_names(resources_of(stack))
        assert {value for kind, _, value in names if kind == "AWS::SSM::Parameter"} == {
            "/teams/racks/event-bus-name",
            "/teams/racks/event-bus-arn",
        }
        assert {
            ("AWS::Events::EventBus", "Name", "racks.bus"),
            ("AWS::EventSchemas::Registry", "RegistryName", "racks.bus"),
            ("AWS::CloudWatch::Dashboard", "DashboardName", "Racks"),
            ("AWS::CloudWatch::Alarm", "AlarmName", "Racks-PollFailures"),
            ("AWS::Events::Rule", "Name", "Racks-route-dublin"),
        } <= names

    def test_without_a_path_there_are_no_parameters(self) -> None:
        """Their names would be the first to clash."""
        stack = a_stack()
        OutpostsOrderNotifier(stack, "Orders")
        Template.from_stack(stack).resource_count_is("AWS::SSM::Parameter", 0)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("name_prefix", "two words"),
            ("name_prefix", "x" * (MAX_PREFIX + 1)),
            ("name_prefix", "my-route-53"),
            ("name_prefix", "my-route"),
            ("event_bus_name", "default"),
            ("event_bus_name", "aws.partner"),
            ("event_bus_name", "a/b"),
            ("parameter_prefix", "orders"),
            ("parameter_prefix", "/orders/"),
            ("parameter_prefix", "/AWS/orders"),
        ],
    )
    def test_a_name_that_aws_would_refuse_is_refused(self, name: str, value: str) -> None:
        """In one line, as any other property."""
        with pytest.raises(ConfigurationError, match=rf'^Shop/Orders\.{name}: "{re.escape(value)}"; allowed: .+$'):
            OutpostsOrderNotifier(a_stack(), "Orders", **{name: value})  # type: ignore[arg-type]

    @given(
        prefix=st.from_regex(rf"[a-z-]{{1,{MAX_PREFIX}}}", fullmatch=True)
        | st.sampled_from(["a-route", "-route-", "route-", "a-route-b"]),
        route=st.from_regex(r"[a-z]{1,8}(-route|-[a-z]{1,5}){0,3}", fullmatch=True).filter(
            lambda name: len(name) <= 30
        ),
    )
    def test_a_rules_name_fits_and_says_which_route_it_is_of(self, prefix: str, route: str) -> None:
        """With any prefix that is allowed: `redrive` reads the route from it."""
        try:
            check_names("Orders", name_prefix=prefix)
        except ConfigurationError:
            assert "-route" in prefix
        else:
            assert route_of(rule_name(prefix, route)) == route
            assert len(rule_name(prefix, route)) <= MAX_RULE_NAME

    @given(stack=st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,127}", fullmatch=True), path=st.lists(st.text(min_size=1)))
    def test_a_generated_prefix_is_always_allowed(self, stack: str, path: list[str]) -> None:
        """However long the names are of which it is made."""
        scope: Construct = cdk.Stack(cdk.App(), "Stack", stack_name=stack)
        for each in [*path, "Orders"]:
            scope = Construct(scope, f"{each.replace('/', '-')}.")
        check_names("Orders", name_prefix=unique_prefix(scope))


class TestStack:
    """What kind of stack it can be in."""

    def test_needs_no_region(self) -> None:
        """It watches the orders of the region that it is deployed to."""
        stack = a_stack(env=None)
        OutpostsOrderNotifier(
            stack,
            "Orders",
            slack=replace(SLACK, kms_key_arn=None),
            emails=EMAILS,
            routes=[Route(name="dublin", notify={}, emails=EMAILS)],
        )
        template = Template.from_stack(stack)
        template.has_resource_properties(
            "AWS::Lambda::Function",
            {
                "Environment": {
                    "Variables": {"SOURCES": {"Fn::Join": ["", ['[{"region": "', {"Ref": "AWS::Region"}, '"}]']]}}
                }
            },
        )
        (target,) = only(template, "AWS::Events::Rule", Description=Match.string_like_regexp("CreateOrder.*"))[
            "Targets"
        ]
        assert target["Input"] == {"Fn::Join": ["", ['{"region":"', {"Ref": "AWS::Region"}, '"}']]}
        assert findings(stack) == []

    @pytest.mark.parametrize(
        ("properties", "name"),
        [
            ({"sources": [Source(region=REGION)]}, "sources"),
            ({"organization": ALL["organization"]}, "organization"),
            ({"slack": SLACK}, "slack.kms_key_arn"),
            ({"routes": [DUBLIN]}, "routes[0].slack.kms_key_arn"),
        ],
    )
    def test_needs_a_region_for_what_is_compared_with_it(self, properties: Json, name: str) -> None:
        """The line says how to set it."""
        line = (
            f"Shop/Orders.{name}: given, and the stack's region is not known before it is deployed; "
            "allowed: in a stack with a region: env=cdk.Environment(region=…)"
        )
        with pytest.raises(ConfigurationError, match=f"^{re.escape(line)}$"):
            OutpostsOrderNotifier(a_stack(env=None), "Orders", **properties)

    def test_needs_no_account(self) -> None:
        """Only the region, for all properties."""
        stack = a_stack(env=cdk.Environment(region=REGION))
        OutpostsOrderNotifier(stack, "Orders", **ALL)
        assert findings(stack) == []

    def test_passes_its_checks(self) -> None:
        """cdk-nag finds nothing in an application without our flags."""
        stack = a_stack()
        OutpostsOrderNotifier(stack, "Orders", **ALL)
        report = AwsSolutionsChecks().validate_scope(stack)
        assert [(each.rule_name, each.violating_resources) for each in report.violations] == []

    def test_passes_its_tags_on(self) -> None:
        """To each resource that can have tags."""
        stack = a_stack()
        cdk.Tags.of(OutpostsOrderNotifier(stack, "Orders", **ALL)).add("team", "racks")
        untagged = {
            resource["Type"]
            for resource in resources_of(stack).values()
            if "racks" not in json.dumps([value for key, value in resource["Properties"].items() if "Tags" in key])
            and not json.dumps(resource["Properties"].get("Replicas", "")).count("racks")
        }
        assert untagged == {
            "AWS::Events::Archive",
            "AWS::Events::EventBusPolicy",
            "AWS::IAM::Policy",
            "AWS::Lambda::EventInvokeConfig",
            "AWS::Lambda::Permission",
            "AWS::SNS::Subscription",
            "AWS::SNS::TopicPolicy",
            "AWS::SQS::QueuePolicy",
            "AWS::Scheduler::Schedule",
        }

    def test_warns_of_a_region_without_outposts(self) -> None:
        """As `cdk deploy` does."""
        stack = cdk.Stack(app(), "Shop", env=cdk.Environment(region="eu-central-2"))
        OutpostsOrderNotifier(stack, "Orders")
        messages = [each.data for each in app_messages(stack)]
        assert any("AWS Outposts has no endpoint in eu-central-2" in str(each) for each in messages)

    @pytest.mark.parametrize("as_text", [True, False])
    def test_can_be_deployed_onto_the_local_cloud(self, *, as_text: bool) -> None:
        """A context says where its services are; the application stays as it is."""
        settings = {"slackOrigin": "http://127.0.0.1:1", "outpostsEndpointUrl": "http://127.0.0.1:2"}
        stack = a_stack(localCloud=json.dumps(settings) if as_text else settings)
        OutpostsOrderNotifier(stack, "Orders", slack=replace(SLACK, kms_key_arn=None))
        functions = Template.from_stack(stack).find_resources("AWS::Lambda::Function").values()
        variables: Json = {}
        for each in functions:
            variables |= each["Properties"]["Environment"]["Variables"]
        assert variables["SLACK_ORIGIN"] == "http://127.0.0.1:1"
        assert variables["AWS_ENDPOINT_URL_OUTPOSTS"] == "http://127.0.0.1:2"
        Template.from_stack(stack).resource_count_is("AWS::Events::Archive", 0)

    def test_another_endpoint_takes_precedence_over_the_local_clouds(self) -> None:
        """As on AWS."""
        stack = a_stack()
        local = LocalCloud("http://127.0.0.1:1", outposts_endpoint_url="http://127.0.0.1:2")
        OutpostsOrderNotifier(stack, "Orders", outposts_endpoint_url="http://127.0.0.1:3", local_cloud=local)
        template = json.dumps(Template.from_stack(stack).to_json())
        assert "http://127.0.0.1:3" in template
        assert "http://127.0.0.1:2" not in template


def app_messages(stack: cdk.Stack) -> Iterator[Any]:
    """Yield the messages of a synthesized stack's constructs."""
    root = stack.node.root
    assert isinstance(root, cdk.App)
    for message in root.synth().get_stack_artifact(stack.artifact_id).messages:
        yield message.entry


class TestAttributes:
    """What an application can do with it."""

    def test_its_resources_can_be_granted(self) -> None:
        """By the CDK's own methods."""
        stack = a_stack()
        notifier = OutpostsOrderNotifier(stack, "Orders")
        role = iam.Role(stack, "Reader", assumed_by=iam.AccountRootPrincipal())
        notifier.table.grant_read_data(role)
        notifier.bus.grant_put_events_to(role)
        notifier.topic.grant_publish(role)
        notifier.poll_function.grant_invoke(role)
        notifier.dead_letter_queue.grant_consume_messages(role)
        notifier.notify_function.grant_invoke(role)
        resources = resources_of(stack)
        (policy,) = (each for name, each in resources.items() if name.startswith("ReaderDefaultPolicy"))
        granted = json.dumps(policy)
        actions = ("dynamodb:GetItem", "events:PutEvents", "sns:Publish", "lambda:InvokeFunction", "sqs:DeleteMessage")
        assert [each for each in actions if f'"{each}"' not in granted] == []

    def test_alarms_are_found_by_the_runbooks_names(self) -> None:
        """Each can be part of another alarm, or get another action."""
        notifier = OutpostsOrderNotifier(a_stack(), "Orders", **WITH_A_DASHBOARD)
        names = set().union(*(named(function, "Alarms") for function in FUNCTIONS))
        assert notifier.alarms.keys() == names
        assert notifier.dashboard is not None
        assert notifier.dashboard.node.path == "Shop/Orders/Monitoring/Dashboard"

    def test_there_may_be_no_dashboard(self) -> None:
        """Then nothing leads to one."""
        notifier = OutpostsOrderNotifier(a_stack(), "Orders", **ALL)
        assert notifier.dashboard is None
        assert "DashboardUrl" not in notifier.outputs

    def test_a_metric_can_have_another_alarm(self) -> None:
        """In the namespace to which the functions publish it, with the statistic that fits it."""
        stack = a_stack()
        notifier = OutpostsOrderNotifier(stack, "Orders")
        notifier.metric("PendingEvents").create_alarm(stack, "Pending", threshold=100, evaluation_periods=1)
        prefix = notifier.metric("PendingEvents").namespace
        alarm = only(Template.from_stack(stack), "AWS::CloudWatch::Alarm", Threshold=100)
        assert {key: alarm[key] for key in ("Namespace", "MetricName", "Statistic", "Dimensions")} == {
            "Namespace": prefix,
            "MetricName": "PendingEvents",
            "Statistic": "Maximum",
            "Dimensions": [{"Name": "service", "Value": "poll"}],
        }
        assert notifier.metric("OrdersRead", statistic="p50").statistic == "p50"
        assert notifier.metric("OrdersRead", period=cdk.Duration.hours(1)).period.to_minutes() == 60

    def test_there_is_a_metric_for_each_that_functions_publish(self) -> None:
        """By its name, with the function that publishes it."""
        assert set(get_args(MetricName)) == METRICS.keys()
        for function in FUNCTIONS:
            own = {name for name, metric in METRICS.items() if metric.service == function}
            assert own == named(function, "Metrics")

    def test_a_rule_can_be_put_on_its_bus(self) -> None:
        """With a pattern, and without what a first poll finds."""
        stack = a_stack()
        notifier = OutpostsOrderNotifier(stack, "Orders")
        queue = sqs.Queue(stack, "Queue")
        notifier.on_event(
            "Shipped",
            detail_type=["Outposts Line Item Status Change"],
            detail={"status": ["SHIPPED"]},
            target=targets.SqsQueue(queue),
            description="Shipped hardware",
        )
        rule = only(Template.from_stack(stack), "AWS::Events::Rule", Description="Shipped hardware")
        assert rule["EventBusName"] == stack.resolve(notifier.bus.event_bus_name)
        assert rule["EventPattern"] == {
            "source": ["outposts-order-notifier"],
            "detail-type": ["Outposts Line Item Status Change"],
            "detail": {"baseline": [False], "status": ["SHIPPED"]},
        }
        assert rule["Targets"][0]["Arn"] == stack.resolve(queue.queue_arn)

    def test_a_rule_without_a_pattern_matches_every_change(self) -> None:
        """Its targets can be added later."""
        stack = a_stack()
        rule = OutpostsOrderNotifier(stack, "Orders").on_event("All")
        rule.add_target(targets.SqsQueue(sqs.Queue(stack, "Queue")))
        (found,) = (
            each["Properties"]
            for name, each in resources_of(stack).items()
            if each["Type"] == "AWS::Events::Rule" and name.startswith("OrdersAll")
        )
        assert found["EventPattern"] == {"source": ["outposts-order-notifier"], "detail": {"baseline": [False]}}

    def test_a_subscription_of_the_examples_can_name_its_bus(self) -> None:
        """The file to copy works with the construct as it does with the stack."""
        stack = a_stack()
        notifier = OutpostsOrderNotifier(stack, "Orders")
        bus = notifier.bus.event_bus_name
        target = targets.SqsQueue(sqs.Queue(stack, "Queue"))
        OrderSubscription(stack, "Errors", events=[any_error()], targets=[target], bus=bus)
        (rule,) = (
            each["Properties"]
            for name, each in resources_of(stack).items()
            if each["Type"] == "AWS::Events::Rule" and name.startswith("Errors")
        )
        assert rule["EventBusName"] == stack.resolve(bus)

    def test_has_the_outputs_of_the_stack(self) -> None:
        """For a stack of one's own that the command line can find."""
        stack = a_stack()
        outputs = OutpostsOrderNotifier(stack, "Orders", **ALL).outputs
        for name, value in outputs.items():
            cdk.CfnOutput(stack, name, value=value)
        assert Template.from_stack(stack).find_outputs("*").keys() == outputs.keys()
        assert {"AmazonQTopicArn", "PlannerFunctionName", "TimeZone", "EventBusName"} <= outputs.keys()
