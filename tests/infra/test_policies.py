"""What each role may do, to the letter."""

import json
from typing import Any

import pytest
from aws_cdk.assertions import Template

from tests.infra.conftest import READER_ROLE
from tests.infra.synthesis import ACCOUNT, REGION, statements_of, template_of


def granted(template: Template, name: str) -> dict[str, str]:
    """Map each action that a function's role allows to the resources it is allowed on, as one line."""
    description = f"What the {name} function of the Outposts order notifier may do"
    allowed: dict[str, str] = {}
    for statement in statements_of(template, description):
        assert statement["Effect"] == "Allow"
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            condition = f" if {json.dumps(statement['Condition'])}" if "Condition" in statement else ""
            resource = written(statement["Resource"]) + condition
            allowed[action] = f"{allowed[action]}, {resource}" if action in allowed else resource
    return allowed


def written(resource: Any) -> str:
    """Write a template's resource: a reference as its logical id without the hash, joined parts as one text."""
    if isinstance(resource, str):
        return resource
    if "Ref" in resource:
        return f"<{resource['Ref'][:-8]}>"
    if "Fn::GetAtt" in resource:
        return f"<{resource['Fn::GetAtt'][0][:-8]}>"
    return "".join(written(part) for part in resource["Fn::Join"][1])


POLL = {
    "logs:CreateLogStream": "<PollerFunctionLogs>",
    "logs:PutLogEvents": "<PollerFunctionLogs>",
    "xray:PutTraceSegments": "*",
    "xray:PutTelemetryRecords": "*",
    "dynamodb:GetItem": "<SnapshotsTable>",
    "dynamodb:BatchGetItem": "<SnapshotsTable>",
    "dynamodb:PutItem": "<SnapshotsTable>",
    "dynamodb:UpdateItem": "<SnapshotsTable>",
    "dynamodb:Query": "<SnapshotsTable>/index/BySource",
    "events:PutEvents": "<EventBus>",
    "outposts:ListOrders": "*",
    "outposts:GetOrder": "*",
}
NOTIFY = {
    "logs:CreateLogStream": "<NotificationsFunctionLogs>",
    "logs:PutLogEvents": "<NotificationsFunctionLogs>",
    "xray:PutTraceSegments": "*",
    "xray:PutTelemetryRecords": "*",
    "sns:Publish": "<NotificationsTopic>",
    "dynamodb:GetItem": "<NotificationsIdempotency>",
    "dynamodb:PutItem": "<NotificationsIdempotency>",
    "dynamodb:UpdateItem": "<NotificationsIdempotency>",
    "dynamodb:DeleteItem": "<NotificationsIdempotency>",
    "sqs:ReceiveMessage": "<NotificationsQueue>",
    "sqs:DeleteMessage": "<NotificationsQueue>",
    "sqs:GetQueueAttributes": "<NotificationsQueue>",
    "sqs:ChangeMessageVisibility": "<NotificationsQueue>",
}
PLANNER = {
    "logs:CreateLogStream": "<PlannerFunctionLogs>",
    "logs:PutLogEvents": "<PlannerFunctionLogs>",
    "xray:PutTraceSegments": "*",
    "xray:PutTelemetryRecords": "*",
    "sqs:SendMessage": "<PlannerQueue>",
}
FROM_THE_QUEUE = dict.fromkeys(("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"), "<PlannerQueue>")
MEMBER_ROLES = (
    'arn:aws:iam::*:role/OutpostsReader if {"StringEqualsIfExists": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}}'
)
SOME_ACCOUNTS = {"roleName": "OutpostsReader", "regions": [REGION], "accounts": ["210987654321"]}
BOARD = {
    "logs:CreateLogStream": "<BoardFunctionLogs>",
    "logs:PutLogEvents": "<BoardFunctionLogs>",
    "xray:PutTraceSegments": "*",
    "xray:PutTelemetryRecords": "*",
    "dynamodb:Scan": "<SnapshotsTable>/index/BySource",
    "dynamodb:BatchGetItem": "<SnapshotsTable>",
}
ROLE = "What the notify function of the Outposts order notifier may do"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:outposts/slack-??????"


class TestFunctionRoles:
    """The functions' roles, whole."""

    @pytest.mark.parametrize(("name", "expected"), [("poll", POLL), ("notify", NOTIFY), ("board", BOARD)])
    def test_without_configuration_a_function_may_do_its_work_alone(
        self, minimal: Template, name: str, expected: dict[str, str]
    ) -> None:
        """Each action, on each resource, and no other."""
        assert granted(minimal, name) == expected

    def test_poll_may_assume_the_configured_roles_alone(self) -> None:
        """A source of another account adds its role and nothing else."""
        template = template_of({"sources": [{"region": REGION}, {"region": REGION, "roleArn": READER_ROLE}]})
        assert granted(template, "poll") == {**POLL, "sts:AssumeRole": READER_ROLE}

    def test_poll_may_assume_the_organizations_role_in_its_accounts_alone(self, full: Template) -> None:
        """An organization adds the role of one name in any of its accounts, and the queue; sources keep their roles."""
        roles = f"{READER_ROLE}, {MEMBER_ROLES}"
        assert granted(full, "poll") == {**POLL, **FROM_THE_QUEUE, "sts:AssumeRole": roles}

    def test_the_planner_may_list_accounts_and_fill_the_queue(self, full: Template) -> None:
        """And nothing else."""
        assert granted(full, "planner") == {**PLANNER, "organizations:ListAccounts": "*"}

    def test_the_planner_needs_no_organizations_where_the_accounts_are_given(self) -> None:
        """A notifier that is neither in the management account nor a delegated administrator can watch some."""
        assert granted(template_of({"organization": SOME_ACCOUNTS}), "planner") == PLANNER

    def test_notify_may_read_the_configured_secret_and_for_a_bot_the_snapshots_alone(self, full: Template) -> None:
        """Slack adds its one secret, a channel for a bot what its cards show, and nothing else."""
        allowed = granted(full, "notify")
        secret = allowed.pop("secretsmanager:GetSecretValue").replace("<AWS::Par>", "aws")
        assert secret == SECRET
        cards = {"dynamodb:BatchGetItem": "<SnapshotsTable>", "dynamodb:Query": "<SnapshotsTable>/index/BySource"}
        assert allowed == {**NOTIFY, **cards}
        webhook = granted(template_of({"slack": {"secretName": "outposts/slack"}}), "notify")
        assert webhook.keys() == {*NOTIFY, "secretsmanager:GetSecretValue"}

    def test_notify_may_publish_to_amazon_qs_topic_where_it_is_configured(self) -> None:
        """That topic and nothing else is added."""
        statements = statements_of(template_of({"amazonQDeveloper": True}), ROLE)
        (publish,) = [each for each in statements if each["Action"] == "sns:Publish"]
        assert [written(topic) for topic in publish["Resource"]] == [
            "<NotificationsAmazonQTopic>",
            "<NotificationsTopic>",
        ]

    def test_there_are_no_other_roles_than_the_functions_and_the_schedules(self, full: Template) -> None:
        """Nothing in the stack brings a role along that nobody looked at."""
        full.resource_count_is("AWS::IAM::Role", 5)
        full.resource_count_is("AWS::IAM::Policy", 5)
        full.resource_count_is("AWS::IAM::ManagedPolicy", 0)
        assert "ManagedPolicyArns" not in str(full.find_resources("AWS::IAM::Role"))
