"""PutEvents with AWS's documented limits, which emulators do not enforce."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError

Entry = dict[str, Any]

MAX_ENTRIES = 10
MAX_REQUEST_BYTES = 256_000  # the limit of every account before 2026-01-29


class EventBridge:
    """One event bus.

    Sizes: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
    Refusals: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html

    Attributes:
        requests: The entries of each request that was not rejected as a whole.
        arrived: The entries that arrived, in sequence.
        refuse: Returns an error code to reject an entry, None to accept it.
    """

    def __init__(self, refuse: Callable[[Entry], str | None] = lambda _: None) -> None:
        self.requests: list[list[Entry]] = []
        self.arrived: list[Entry] = []
        self.refuse = refuse

    def put_events(self, *, Entries: Sequence[Entry]) -> dict[str, Any]:  # noqa: N803 - the API's name
        """Respond as PutEvents does.

        Raises:
            ClientError: The whole request is rejected.
        """
        if not 1 <= len(Entries) <= MAX_ENTRIES:
            raise _refused(f"{len(Entries)} entries; a request holds 1 to {MAX_ENTRIES}")
        if (size := sum(map(size_of, Entries))) >= MAX_REQUEST_BYTES:
            raise _refused(f"Total size of the entries in the request is over the limit: {size}")
        self.requests.append(list(Entries))
        results = [self._put(entry) for entry in Entries]
        return {"FailedEntryCount": sum("ErrorCode" in result for result in results), "Entries": results}

    def _put(self, entry: Entry) -> dict[str, str]:
        code = self.refuse(entry) or _fault(entry)
        if code:
            return {"ErrorCode": code, "ErrorMessage": "refused"}
        self.arrived.append(entry)
        return {"EventId": f"event-{len(self.arrived)}"}


def size_of(entry: Entry) -> int:
    """Return an entry's size in bytes, as PutEvents counts."""
    texts = [entry["Source"], entry["DetailType"], entry["Detail"], *entry.get("Resources", [])]
    return (14 if "Time" in entry else 0) + sum(len(text.encode()) for text in texts)


def _fault(entry: Entry) -> str | None:
    try:
        detail = json.loads(entry["Detail"])
    except ValueError:
        return "MalformedDetail"
    return None if isinstance(detail, dict) else "MalformedDetail"


def _refused(message: str) -> ClientError:
    answer: Any = {"Error": {"Code": "ValidationException", "Message": message}}
    return ClientError(answer, "PutEvents")
