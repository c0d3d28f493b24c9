"""The policy in docs/cli.md for those who may mute orders, add notes and set dates, judged by IAM's rules."""

import json
import re
from pathlib import Path
from typing import Any
from unittest import mock

from outposts_order_notifier.domain.annotations import NONE, Annotations, Note
from outposts_order_notifier.store.table import SnapshotTable
from tests.iam.evaluator import Request, judge

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
ROLE = "arn:aws:iam::123456789012:role/Team"


def documented() -> dict[str, Any]:
    """Return the statement on the page."""
    section = PAGE.read_text("utf-8").partition("### Who may add something")[2]
    found = re.search(r"```json\n(.*?)```", section, re.DOTALL)
    assert found
    statement: dict[str, Any] = json.loads(found[1])
    return statement


def attributes_written(annotations: Annotations) -> list[str]:
    """Return the attributes that a command's write names, with the key."""
    client = mock.Mock()
    SnapshotTable(client, "snapshots").annotate("oo-1", annotations)
    call = client.update_item.call_args.kwargs
    text = f"{call['UpdateExpression']} {call['ConditionExpression']}"
    for placeholder, name in call["ExpressionAttributeNames"].items():
        text = text.replace(placeholder, name)
    words = set(re.findall(r"(?<![:\w])[a-z]\w*", text)) - {"attribute_not_exists"}
    return sorted({*words, *call["Key"]})


def request(action: str, attributes: list[str], **context: str | list[str]) -> Request:
    """Return a request of somebody who has the documented policy only."""
    statement = documented()
    return Request(
        ROLE,
        f"dynamodb:{action}",
        statement["Resource"],
        "123456789012",
        {"dynamodb:Attributes": attributes} | context,
        [{"Version": "2012-10-17", "Statement": [statement]}],
    )


def test_the_documented_policy_allows_what_the_commands_write() -> None:
    """For an order's first annotation, and for any later one."""
    first, later = NONE.with_note(Note("x", "y", "z")), Annotations(revision=3)
    verdicts = judge([request("UpdateItem", attributes_written(each)) for each in (first, later)])
    assert [verdict.allowed for verdict in verdicts] == [True, True]


def test_it_allows_nothing_else() -> None:
    """Neither the snapshot itself, nor to read it by a write's answer, nor to delete it."""
    verdicts = judge(
        [
            request("UpdateItem", ["id", "snapshot"]),
            request("UpdateItem", ["id", "annotations", "version"]),
            request("UpdateItem", ["id", "annotations"], **{"dynamodb:ReturnValues": "ALL_OLD"}),
            request("PutItem", ["id", "annotations"]),
            request("DeleteItem", ["id"]),
        ]
    )
    assert [verdict.allowed for verdict in verdicts] == [False] * 5
