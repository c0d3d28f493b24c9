"""What happens to a message that a channel refuses for too long."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import urllib3

from tests.end_to_end.conftest import Cloud, eventually, run


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
    return messages_in(cloud, cloud.outputs["DeadLetterQueueUrl"])


def messages_in(cloud: Cloud, queue_url: str) -> int:
    """Count the messages of a queue, including those that a function is processing or that wait for a retry."""
    names: list[Any] = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = cloud.client("sqs").get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
    return sum(int(attributes[name]) for name in names)


def notify_queue(cloud: Cloud) -> str:
    """Return the URL of the notify function's queue."""
    mappings = cloud.client("lambda").list_event_source_mappings(FunctionName=cloud.outputs["NotifyFunctionName"])
    name = mappings["EventSourceMappings"][0]["EventSourceArn"].split(":")[-1]
    url: str = cloud.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    return url


class TestDeadLetters:
    """The dead-letter queue."""

    def test_one_command_sends_them_again_to_those_who_were_not_notified(self, cloud: Cloud) -> None:
        """Slack is down until the retries are used up; after the command it is notified once, and nobody twice."""
        assert "is empty" in redrive(cloud)
        assert eventually(lambda: messages_in(cloud, notify_queue(cloud)) == 0)  # of the tests that share the cloud
        with few_receives(cloud):
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


@contextmanager
def few_receives(cloud: Cloud) -> Iterator[None]:
    """Let one receive use up hours of retries: the function's back-off begins at 15 seconds."""
    sqs = cloud.client("sqs")
    url = notify_queue(cloud)
    policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]["RedrivePolicy"]
    few = policy.replace('"maxReceiveCount":20', '"maxReceiveCount":1')
    assert few != policy
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": few})
    yield
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})
