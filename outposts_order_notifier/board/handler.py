"""The board function: a custom widget of a CloudWatch dashboard, called by the console with the viewer's credentials.

What the console sends and expects:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_about.html
"""

import json
import os
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from outposts_order_notifier.board.filters import Filters
from outposts_order_notifier.board.gather import gather
from outposts_order_notifier.board.render import fitting_widget
from outposts_order_notifier.runtime import clients
from outposts_order_notifier.runtime.observability import logger
from outposts_order_notifier.runtime.time_zone import TIME_ZONE, zone_named
from outposts_order_notifier.store.table import SnapshotTable

DOCUMENTATION = """\
## The order board

Each Outposts order that the notifier watches, with its history: how long it and its line items were in each status,
shipments with tracking links, assets, and replacements.

Optional parameters: `q` (words to search for), `status` (or `stalled`), `outpost`, `account`, `region`, `order`,
`settled` (`all` shows every settled order), `sort` (`newest`, `longest` or `outpost`). Choices in the widget take
precedence.

```yaml
region: eu-west-1
```
"""


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> str:
    """Answer CloudWatch's console.

    Args:
        event: The widget's or the pressed button's parameters, and `widgetContext`; or `{"describe": true}`.
        context: The Lambda context; the widget's buttons call its function ARN.

    Returns:
        The widget as HTML, or its documentation as Markdown.
    """
    if event.get("describe"):
        return DOCUMENTATION
    widget_context = _object(event.get("widgetContext"))
    filters = _filters(event, widget_context)
    names = json.loads(os.environ.get("NAMES", "{}"))
    gathered = gather(_table(os.environ["SNAPSHOT_TABLE_NAME"]), filters, names=names)
    for order_id, error in gathered.errors.items():
        logger.warning("Not read", order_id=order_id, error=error)
    theme = widget_context.get("theme")
    return fitting_widget(
        gathered,
        filters,
        datetime.now(zone_named(os.environ.get(TIME_ZONE, ""))),
        endpoint=context.invoked_function_arn,
        theme=theme if theme in {"light", "dark"} else "",
    )


def _filters(event: Mapping[str, Any], widget_context: Mapping[str, Any]) -> Filters:
    """Return the filters: the pressed button's take precedence over the form's, and these over the widget's."""
    form = _object(_object(widget_context.get("forms")).get("all"))
    return Filters.of({**_object(widget_context.get("params")), **event, **form, **_object(event.get("filters"))})


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


@cache
def _table(name: str) -> SnapshotTable:
    return SnapshotTable(clients.dynamodb(), name)
