"""What the dashboard's graphs read from the functions' logs, as the template has it."""

import json
import re
from collections.abc import Mapping
from typing import Any

from testing.synthesis import only, template_of

QUERY = re.compile(r"'(?P<group>\w+?)' \| filter message (?P<is>=|like) (?P<what>\S+)\n\| (?P<stats>stats .*)")
FIELD = re.compile(r"\b(?:avg|sum|count_distinct)\(([\w.]+)\)")


def graphs() -> dict[str, re.Match[str]]:
    """Return the query of each graph that reads a log, by the graph's title."""
    parts = only(template_of({}), "AWS::CloudWatch::Dashboard")["DashboardBody"]["Fn::Join"][1]
    body = json.loads("".join(part if isinstance(part, str) else part.get("Ref", "x") for part in parts))
    logs = [each["properties"] for each in body["widgets"] if each["type"] == "log"]
    return {each["title"]: found for each in logs if (found := QUERY.search(each["query"]))}


def reads(title: str, line: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what a graph reads of a line of its log; None if it leaves the line out.

    Args:
        title: The graph's.
        line: The line, with its `message`.

    Raises:
        KeyError: The line lacks a field that the graph needs.
    """
    query = graphs()[title]
    wanted = query["what"].strip('"/')
    message = line["message"]
    if not (message == wanted if query["is"] == "=" else re.search(wanted, message)):
        return None
    return {field: _value(line, field) for field in FIELD.findall(query["stats"])}


def _value(line: Mapping[str, Any], field: str) -> Any:
    value: Any = line
    for key in field.split("."):
        value = value[key]
    return value
