"""What happens to a message that a channel refuses for too long."""

from pathlib import Path
from typing import Any

import urllib3

from tests.end_to_end.conftest import Cloud, eventually, run, up


def redrive(cloud: Cloud) -> str:
    """Run the documented command, and return its output."""
    ran = run(cloud, "redrive")
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def slack_answers(cloud: Cloud, times: int, status: int = 503, body: str = "service_unavailable") -> None:
    """Let Slack refuse this many messages."""
    (url,) = [word for word in cloud.printed.split() if word.endswith("/_receiver/messages")]
    answer = {"status": status, "body": body, "times": times}
    assert urllib3.request("PUT", url.replace("messages", "answer"), json=answer).status == 204


def number_of_dead_letters(cloud: Cloud) -> int:
    """Count the dead letters."""
    attributes: dict[str, Any] = cloud.client("sqs").get_queue_attributes(
        QueueUrl=cloud.outputs["DeadLetterQueueUrl"], AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(attributes["Attributes"]["ApproximateNumberOfMessages"])


class TestDeadLetters:
    """The dead-letter queue."""

    def test_one_command_sends_them_again_to_those_who_were_not_notified(self, tmp_path: Path) -> None:
        """Slack is down until the retries are used up; after the command it is notified once, and nobody twice."""
        with up(tmp_path) as cloud:
            assert cloud.poll()["failures"] == []
            assert "is empty" in redrive(cloud)
            allow_few_receives(cloud)
            slack_answers(cloud, times=100)
            outposts = cloud.client("outposts")
            outpost = outposts.list_outposts()["Outposts"][0]["OutpostId"]
            items = [{"CatalogItemId": "OR-RACKM5A", "Quantity": 1}]
            order = outposts.create_order(OutpostIdentifier=outpost, PaymentOption="NO_UPFRONT", LineItems=items)
            order_id = order["Order"]["OrderId"]
            assert eventually(lambda: number_of_dead_letters(cloud) == 1, seconds=120)
            assert not messages_about(cloud.slack_messages, "text", order_id)
            slack_answers(cloud, times=0)
            assert redrive(cloud) == "1 messages sent again\n"
            assert eventually(lambda: messages_about(cloud.slack_messages, "text", order_id) == 1)
            assert messages_about(cloud.mails, "subject", order_id) == 1
            assert number_of_dead_letters(cloud) == 0


def messages_about(messages: list[dict[str, Any]], key: str, order_id: str) -> int:
    """Count the messages about an order."""
    return sum(order_id in message[key] for message in messages)


def allow_few_receives(cloud: Cloud) -> None:
    """Let one receive use up the retries of hours: the function's back-off begins at 15 seconds."""
    sqs = cloud.client("sqs")
    mappings = cloud.client("lambda").list_event_source_mappings(FunctionName=cloud.outputs["NotifyFunctionName"])
    name = mappings["EventSourceMappings"][0]["EventSourceArn"].split(":")[-1]
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]["RedrivePolicy"]
    attributes = {"RedrivePolicy": policy.replace('"maxReceiveCount":20', '"maxReceiveCount":1')}
    assert attributes["RedrivePolicy"] != policy
    sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
