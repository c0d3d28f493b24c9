"""Which of the configured routes would be notified of an order's changes, as EventBridge judges their patterns."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.cli.matching import judged
from outposts_order_notifier.cli.terminal import Json
from outposts_order_notifier.notify.routes import DEFAULT, rule_pattern

if TYPE_CHECKING:
    from mypy_boto3_events.client import EventBridgeClient

CDK_FILE = Path("cdk.json")
TOP_LEVEL = "top level"  # the default route, in a list; no route's name contains a space


def patterns_in(file: Path | None) -> dict[str, Json]:
    """Return the `notify` pattern of each route in a configuration, the default one included.

    Args:
        file: A cdk.json, or a file with only what its `notifier` holds. None for the cdk.json in the current
            folder, as in a clone.

    Returns:
        The patterns by route; empty if there is no file, or no route in it.

    Raises:
        OperatorError: The file cannot be read or has another form.
    """
    if file is None and not CDK_FILE.is_file():
        return {}
    path = file or CDK_FILE
    try:
        content = json.loads(path.read_text("utf-8"))
        configuration = content.get("context", {}).get("notifier", {}) if "context" in content else content
        routes = configuration.get("routes", [])
        found = {DEFAULT: configuration.get("notify", {}), **{each["name"]: each["notify"] for each in routes}}
    except OSError as error:
        raise OperatorError(f"--configuration {path} cannot be read: {error.strerror}; name another file") from error
    except (ValueError, AttributeError, TypeError, KeyError) as error:
        raise OperatorError(
            f"--configuration {path} is neither a cdk.json nor the JSON of its `notifier`; "
            "docs/configuration.md has all keys"
        ) from error
    return found if routes else {}


def routes_of_each(
    client: "EventBridgeClient", patterns: Mapping[str, Json], events: Sequence[Json]
) -> list[list[str]]:
    """Return the routes that would be notified of each event, existing orders included, in sequence.

    Raises:
        botocore.exceptions.ClientError: A pattern is invalid, or the caller lacks the permission.
    """
    rules = {
        route or TOP_LEVEL: json.dumps(rule_pattern(notify, announce_existing_orders=True))
        for route, notify in patterns.items()
    }
    texts = [json.dumps(event) for event in events]
    asked = {(number, route): (rules[route], text) for number, text in enumerate(texts) for route in rules}
    verdicts = judged(client, asked)
    return [[route for route in rules if verdicts[number, route]] for number in range(len(texts))]
