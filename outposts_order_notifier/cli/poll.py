"""`poll`: runs the poll function now."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.cli.ids import find, order_id_of
from outposts_order_notifier.cli.terminal import (
    AsJson,
    Column,
    Json,
    Output,
    Profile,
    Region,
    checked_id,
    deployed,
    fail_with,
    form_of,
    note,
    show_table,
)
from outposts_order_notifier.domain.places import account_and_region
from outposts_order_notifier.poll.summary import Summary, summary_in
from outposts_order_notifier.sources.organization import Organization
from outposts_order_notifier.sources.settings import SourceSettings

if TYPE_CHECKING:
    from outposts_order_notifier.cli.stack import Stack


COLUMNS: dict[str, Column] = {
    "Source": "source",
    "Listed": "ordersListed",
    "Read": "ordersRead",
    "Changed": "ordersChanged",
    "Published": "eventsPublished",
    "Pending": "eventsPending",
    "Failures": lambda summary: len(summary["failures"]) or None,
}


def poll(
    order: Annotated[
        str | None,
        typer.Argument(
            metavar="[ORDER]",
            callback=checked_id,
            help="Only this order: its id, such as oo-0123456789abcdef0, or the beginning of a known one's.",
        ),
    ] = None,
    region: Region = None,
    profile: Profile = None,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Poll now, without waiting for the schedule: all sources, or one order.

    Changes are published and people are notified, as in a scheduled poll. The sources of an organization are put on the
    queue; `events` shows what their polls published.

    The exit code is 1 if a source or an order failed; the next poll retries it.
    """
    form = form_of(output, as_json)
    stack = deployed(region, profile)
    requests = [_request_of(stack, order)] if order else sources_of(stack)
    summaries, problems = list[Summary](), list[str]()
    if not order and organization_of(stack):
        note(f"{plan(stack)} sources of the organization are on the queue")
    for request in requests:
        try:
            summaries.append(invoke_poll(stack, request))
        except OperatorError as error:  # the other sources are polled all the same
            problems.append(f"{json.dumps(request)}: {error}")
    show_table(summaries, COLUMNS, form=form, wide={"Left": "ordersLeft"})
    fail_with([*problems, *(problem for summary in summaries for problem in problems_of(summary))])


def sources_of(stack: "Stack") -> list[Json]:
    """Return the configured sources, as the poll function accepts them."""
    sources: list[Json] = json.loads(stack.variables("PollFunctionName").get("SOURCES") or "[]")
    return sources or [{}]


def organization_of(stack: "Stack") -> Organization | None:
    """Return the configured organization, or None."""
    function = stack.function("PollFunctionName")
    variables = function.get("Environment", {}).get("Variables", {})
    if "ORGANIZATION" not in variables:
        return None
    return Organization.load(variables["ORGANIZATION"], variables["SOURCES"], function["FunctionArn"])


def plan(stack: "Stack") -> int:
    """Run the planner function, and return the number of sources that it put on the queue."""
    planner = stack.outputs.get("PlannerFunctionName", "")
    if not planner:  # a stack that 0.1.0 deployed lacks the output
        functions = stack.of_kind("AWS::Lambda::Function")
        planner = next((each.name for each in functions if each.logical_id.startswith("PlannerFunction")), "")
    if not planner:
        raise stack.lacks("planner function")
    answer = stack.invoke(planner, {})
    if answer.failed:
        raise answer.error_of("planner")
    return int(answer.value["sourcesPlanned"])


def invoke_poll(stack: "Stack", request: Mapping[str, Any]) -> Summary:
    """Run the poll function, and return its summary; raise an OperatorError if it returned none."""
    answer = stack.invoke(stack.output("PollFunctionName"), request)
    if not answer.failed:
        return cast("Summary", answer.value)
    if summary := summary_in(answer.value):
        return summary
    raise answer.error_of("poll")


def problems_of(summary: Summary) -> list[str]:
    """Return one line for each failure of a run."""
    return [
        f"{failure['orderId'] or 'the listing of ' + summary['source']}: {failure['error']}"
        for failure in summary["failures"]
    ]


def _request_of(stack: "Stack", order_id: str) -> Json:
    """Return the poll function's input for one order of its source."""
    order_id = order_id_of(stack.snapshots, order_id)
    sources, organization = sources_of(stack), organization_of(stack)
    if len(sources) > 1 or organization:
        snapshot = find(stack.snapshots, order_id)
        source, outpost_id = snapshot.source, snapshot.order.get("OutpostId")
        account, region = account_and_region(source)
        planned = [each for each in organization.sources(account) if each["region"] == region] if organization else []
        sources = [*(each for each in sources if _name(each, stack) == source and _watches(each, outpost_id)), *planned]
        if not sources:
            raise OperatorError(f"{order_id} belongs to {source}, which is no longer a configured source")
    return {**sources[0], "orderIds": [order_id]}


def _watches(source: Json, outpost_id: str | None) -> bool:
    return not source.get("outpostIds") or outpost_id in source["outpostIds"]


def _name(source: Json, stack: "Stack") -> str:
    return f"{SourceSettings.from_json(source).account(stack.account)}/{source['region']}"
