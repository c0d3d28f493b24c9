"""The bundle, deployed by the two commands of its README, without the CDK's command line."""

import json
import os
import re
import subprocess
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.cloud import SECRET_NAME, WEBHOOK_PATH, aws_environment
from local.deployment import ACCOUNT, PACKAGES, STACK, copy_packages
from local.emulator import emulator
from local.outposts.simulator import OutpostsSimulator
from local.server import Server
from local.slack import SlackReceiver
from outposts_order_notifier.cdk.local_cloud import LocalCloud
from reference.examples import REGION
from release.bundle.build import write
from tests.end_to_end.conftest import ROOT, Json, client, eventually, free_port

BUCKET = "bundles"
ORDER: Json = {
    "OrderId": "oo-0123456789abcdef0",
    "OutpostId": "op-0123456789abcdef0",
    "Status": "PREPARING",
    "LineItems": [{"LineItemId": "ooi-0123456789abcdef0", "Quantity": 1, "Status": "PREPARING"}],
}


@dataclass(frozen=True)
class Deployed:
    """A local cloud on which the bundle is deployed.

    Attributes:
        folder: The bundle's.
        api: The Outposts simulator.
        slack: The messages that Slack receives.
    """

    folder: Path
    api: OutpostsSimulator
    slack: SlackReceiver

    def run(self, commands: str) -> str:
        """Run commands in the bundle's folder, as a person's shell does, and return what they print."""
        variables = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        path = os.pathsep.join([str(ROOT / "local" / "bin"), os.environ["PATH"]])
        ran = subprocess.run(  # noqa: S603 - those of our README
            ["/bin/sh", "-e", "-c", commands],
            cwd=self.folder,
            env={**variables, "PATH": path, "BUCKET": BUCKET},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    @property
    def stack(self) -> Json:
        """The stack, as CloudFormation describes it."""
        (stack,) = client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
        return dict(stack)

    @property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs."""
        return {each["OutputKey"]: each["OutputValue"] for each in self.stack["Outputs"]}

    def poll(self) -> Json:
        """Invoke the poll function, and return its response."""
        answer = client("lambda").invoke(FunctionName=self.outputs["PollFunctionName"])
        summary: Json = json.load(answer["Payload"])
        return summary


def commands_of(readme: str) -> list[str]:
    """Return the README's commands that upload and deploy."""
    blocks = re.findall(r"(?ms)^ *```sh\n(.*?)^ *```$", readme)
    (block,) = [textwrap.dedent(each) for each in blocks if "cloudformation deploy" in each]
    return [command.strip() for command in re.split(r"\n\n", block)]


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """Deploy the bundle, with functions for this machine, by the commands of its README."""
    temporary, port = tmp_path_factory.mktemp("bundle"), free_port()
    slack, api = SlackReceiver(), OutpostsSimulator(ACCOUNT, REGION)
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in aws_environment(port, REGION).items():
            patch.setenv(name, value)
        slack_url, outposts_url = (stack.enter_context(Server(each)).url for each in (slack, api))
        cloud = Deployed(temporary / "bundle", api, slack)
        packages = temporary / "cdk.out"
        copy_packages(PACKAGES, packages)
        write(cloud.folder, packages, LocalCloud(slack_url, outposts_url))
        copy_packages(packages, PACKAGES)
        stack.enter_context(emulator(port, temporary))
        client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        secret = json.dumps({"webhookUrl": f"{slack_url}{WEBHOOK_PATH}"})
        client("secretsmanager").create_secret(Name=SECRET_NAME, SecretString=secret)
        for command in commands_of((cloud.folder / "README.md").read_text("utf-8")):
            cloud.run(command)
        yield cloud


def test_the_two_commands_deploy_the_stack(deployed: Deployed) -> None:
    """With its usual outputs, and the given parameters."""
    assert deployed.stack["StackStatus"] == "CREATE_COMPLETE"
    assert {"EventBusName", "PollFunctionName", "NotificationTopicArn", "DashboardUrl"} <= deployed.outputs.keys()
    assert "TimeZone" not in deployed.outputs
    topic = deployed.outputs["NotificationTopicArn"]
    subscribed = client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [each["Endpoint"] for each in subscribed if each["Protocol"] == "email"] == ["outposts@example.com"]


def test_a_change_reaches_slack(deployed: Deployed) -> None:
    """The functions of the archives run, with the permissions and the variables of the template."""
    assert deployed.poll()["failures"] == []
    deployed.api._account.put_order(ORDER)
    assert deployed.poll()["failures"] == []
    assert eventually(lambda: [each for each in deployed.slack.messages if ORDER["OrderId"] in str(each)])


def test_another_parameter_changes_the_stack_and_keeps_the_others(deployed: Deployed) -> None:
    """The same command with one parameter; what was given before stays."""
    before = deployed.outputs
    _, deploy = commands_of((deployed.folder / "README.md").read_text("utf-8"))
    changed = re.sub(
        r"--parameter-overrides .*", "--parameter-overrides PollEveryMinutes=60 TimeZone=Europe/Dublin", deploy
    )
    deployed.run(changed)
    assert deployed.stack["StackStatus"] == "UPDATE_COMPLETE"
    assert deployed.outputs == {**before, "TimeZone": "Europe/Dublin"}
    (schedule,) = client("scheduler").list_schedules()["Schedules"]
    expression = client("scheduler").get_schedule(Name=schedule["Name"])["ScheduleExpression"]
    assert expression == "rate(1 hour)"
    given = {each["ParameterKey"]: each["ParameterValue"] for each in deployed.stack["Parameters"]}
    assert given["SlackSecretName"] == SECRET_NAME
