"""The queue of sources to poll."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from outposts_order_notifier.runtime.batches import put_all

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

MAX_ENTRIES = 10  # SendMessageBatch's limit


class PollQueue:
    """Sends messages to the queue."""

    def __init__(self, client: "SQSClient", url: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._url = url
        self._sleep = sleep

    def send(self, sources: Iterable[Mapping[str, str]]) -> tuple[int, list[str]]:
        """Send a message for each source; return how many were sent, and why each of the others was not."""
        sent, errors, rest = 0, list[str](), iter(sources)
        while batch := [json.dumps(source) for source in islice(rest, MAX_ENTRIES)]:
            refused = self._send(batch)
            sent += len(batch) - len(refused)
            errors += refused
        return sent, errors

    def _send(self, bodies: list[str]) -> list[str]:
        """Send up to ten messages, and retry those that SQS refuses; return the errors."""
        errors = put_all(self._send_once, dict(enumerate(bodies)), self._sleep)
        return [f"{bodies[number]}: {error}" for number, error in errors.items()]

    def _send_once(self, bodies: Mapping[int, str]) -> dict[int, str]:
        entries: Any = [{"Id": str(number), "MessageBody": body} for number, body in bodies.items()]
        try:
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
        except (BotoCoreError, ClientError) as error:
            return dict.fromkeys(bodies, f"SendMessageBatch: {error}")
        return {int(failed["Id"]): f"{failed['Code']}: {failed.get('Message')}" for failed in answer.get("Failed", [])}
