"""`doctor` and Slack: the secret, the key that encrypts it, and a bot, on moto's Secrets Manager, KMS and IAM."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from werkzeug import Request, Response

from local.server import Server
from outposts_order_notifier.cli.stack import Stack
from outposts_order_notifier.notify import secret_check
from outposts_order_notifier.notify.channels.slack import doctor
from outposts_order_notifier.notify.check import Check

SECRET = "outposts-order-notifier/slack"  # noqa: S105 - its name
BOT = {"botToken": "xoxb-1-example"}
ACCOUNT = "123456789012"  # moto's
ROLE = f"arn:aws:iam::{ACCOUNT}:role/notify"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


@pytest.fixture
def asked() -> list[str]:
    """The tokens that the Web API got."""
    return []


@pytest.fixture
def origin(asked: list[str]) -> Iterator[str]:
    """A Slack that accepts every token."""

    @Request.application
    def web_api(request: Request) -> Response:
        asked.append(request.headers["Authorization"])
        return Response(json.dumps({"ok": True, "user": "bot", "team": "Ops"}), content_type="application/json")

    with Server(web_api) as server:
        yield server.url


@pytest.fixture
def stack(aws: None, origin: str, monkeypatch: pytest.MonkeyPatch) -> Stack:  # noqa: ARG001 - moto must be there first
    """A deployment whose notify function has a role and a channel."""
    boto3.client("iam").create_role(RoleName="notify", AssumeRolePolicyDocument=TRUST)
    variables = {"SLACK_SECRET_NAME": SECRET, "SLACK_ORIGIN": origin, "SLACK_CHANNEL": "C0123456789"}
    function: Any = {"Role": ROLE, "Environment": {"Variables": variables}}
    stack = Stack(boto3.Session())
    monkeypatch.setattr(stack, "function", lambda _: function)  # moto's Lambda needs an image
    return stack


def make_secret(holds: object, **options: Any) -> None:
    """Store Slack's secret."""
    boto3.client("secretsmanager").create_secret(Name=SECRET, SecretString=json.dumps(holds), **options)


def checks(stack: Stack) -> dict[str, Check]:
    """Run the checks, and return them by name."""
    return {check.name: check for check in doctor.check(stack)}


class TestSecret:
    """Its content is checked as by notify, before anything is sent."""

    def test_a_bots_token_is_tried(self, stack: Stack, asked: list[str]) -> None:
        """Slack returns the bot's identity."""
        make_secret(BOT)
        found = checks(stack)
        assert found["Slack's bot"].found == "bot of Ops"
        assert {check.verdict for check in found.values()} == {"ok"}
        assert asked == ["Bearer xoxb-1-example"]

    @pytest.mark.parametrize(
        ("secret", "words"),
        [
            ({**BOT, "domain": "attacker.example/x?"}, "the domain in"),
            ({**BOT, "domain": "slack.com.attacker.example"}, "the domain in"),
            ({"botToken": "xoxp-1-example"}, "is not a bot's: it should begin with xoxb-"),
            ({"botToken": "xoxb-1 example"}, "is not a bot's"),
            ({"webhookUrl": "https://attacker.example/services/T/B/x"}, "is not Slack's"),
            ("xoxb-1-example", "has neither webhookUrl nor botToken"),
        ],
    )
    def test_what_notify_rejects_is_not_sent(self, stack: Stack, asked: list[str], secret: object, words: str) -> None:
        """Least of all to the host in the secret."""
        del stack.function("")["Environment"]["Variables"]["SLACK_ORIGIN"]
        make_secret(secret)
        (check,) = checks(stack).values()
        assert check.verdict == "fail"
        assert words in check.found
        assert "example" not in check.found
        assert asked == []

    def test_a_bot_without_a_channel_fails(self, stack: Stack, asked: list[str]) -> None:
        """As every message would."""
        del stack.function("")["Environment"]["Variables"]["SLACK_CHANNEL"]
        make_secret(BOT)
        assert checks(stack)["Slack's bot"].todo == "Configure slack.channel, and deploy"
        assert asked == []

    def test_one_that_does_not_exist_fails(self, stack: Stack) -> None:
        """The result names the secret to create."""
        (check,) = checks(stack).values()
        assert (check.verdict, check.todo) == ("fail", f"Create the secret {SECRET}")


class TestKey:
    """A customer-managed key: the caller's right to decrypt is not the function's."""

    NAME = "key of Slack's secret"

    def make(self, policy: object = None) -> str:
        """Create a key, and a secret encrypted with it; return the key's ARN."""
        options: Any = {"Policy": json.dumps(policy)} if policy else {}
        arn: str = boto3.client("kms").create_key(**options)["KeyMetadata"]["Arn"]
        make_secret(BOT, KmsKeyId=arn)
        return arn

    def allow(self, resource: str) -> None:
        """Let the role decrypt, as slack.kmsKeyArn does."""
        statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": resource}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        boto3.client("iam").put_role_policy(RoleName="notify", PolicyName="key", PolicyDocument=policy)

    def test_the_role_may_not_use_fails(self, stack: Stack) -> None:
        """The line names the setting and its value."""
        arn = self.make()
        check = checks(stack)[self.NAME]
        assert check.verdict == "fail"
        assert check.todo == f"Set slack.kmsKeyArn to {arn}, and deploy"

    def test_the_role_may_use_succeeds(self, stack: Stack) -> None:
        """With the statement that slack.kmsKeyArn adds."""
        self.allow(self.make())
        assert checks(stack)[self.NAME].verdict == "ok"

    def test_another_key_is_not_enough(self, stack: Stack) -> None:
        """Nor is permission for one that was in use before."""
        self.allow(f"{self.make()}0")
        assert checks(stack)[self.NAME].verdict == "fail"

    def test_may_name_the_role_in_its_own_policy(self, stack: Stack) -> None:
        """Then the role needs no statement."""
        statement = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "kms:Decrypt", "Resource": "*"}
        self.make({"Version": "2012-10-17", "Statement": [statement]})
        assert checks(stack)[self.NAME].verdict == "ok"

    def test_that_is_disabled_fails(self, stack: Stack) -> None:
        """Nobody can decrypt then."""
        arn = self.make()
        self.allow(arn)
        boto3.client("kms").disable_key(KeyId=arn.rpartition("/")[2])
        assert checks(stack)[self.NAME].found == f"{arn} is Disabled"

    def test_is_not_mentioned_if_it_is_aws_own(self, stack: Stack) -> None:
        """That is the usual case."""
        make_secret(BOT)
        assert self.NAME not in checks(stack)

    def test_that_the_caller_may_not_see_is_a_warning(self, stack: Stack) -> None:
        """The line says what to compare."""
        make_secret(BOT, KmsKeyId="alias/nowhere")
        check = checks(stack)[self.NAME]
        assert check.verdict == "warn"
        assert "check that slack.kmsKeyArn is the ARN of alias/nowhere" in check.todo


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ({"Effect": "Allow", "Action": ["kms:*"], "Resource": ["arn:1", "arn:2"]}, True),
        ({"Effect": "Allow", "Action": "KMS:decrypt", "Resource": "*"}, True),
        ({"Effect": "Deny", "Action": "kms:*", "Resource": "*"}, False),
        ({"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*"}, False),
        ({"Effect": "Allow", "NotAction": "kms:Encrypt", "Resource": "*"}, False),
        ({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:1"}, False),
    ],
)
def test_a_statement_allows_what_its_action_and_resource_match(statement: object, allowed: bool) -> None:
    """One or several of each, with wildcards, regardless of case."""
    assert secret_check.allows({"Statement": statement}, "kms:Decrypt", "arn:2") == allowed
