"""`doctor`: checks each part of the deployment."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.cli.failures import sentence_of
from outposts_order_notifier.cli.poll import invoke_poll, organization_of, plan, problems_of, sources_of
from outposts_order_notifier.cli.stack import Resource, Stack
from outposts_order_notifier.cli.terminal import (
    AsJson,
    Column,
    Output,
    Profile,
    Region,
    deployed,
    fail_with,
    form_of,
    show_table,
)
from outposts_order_notifier.notify.channels.registry import parts, variables_of
from outposts_order_notifier.notify.check import Check, Verdict
from outposts_order_notifier.notify.routes import routes_of
from outposts_order_notifier.notify.secret_check import NOT_CONFIGURED
from outposts_order_notifier.wording.words import count

if TYPE_CHECKING:
    from mypy_boto3_scheduler.type_defs import GetScheduleOutputTypeDef

COLUMNS: dict[str, Column] = {"Check": "name", "": "verdict", "Found": "found", "To do": "todo"}
ENABLE = "Enable them, or deploy again"
WEEKLY = re.compile(r"cron\((\d+) (\d+) \? \* (\w{3}) \*\)")  # as cdk/summaries.py writes it


def doctor(region: Region = None, profile: Profile = None, output: Output = None, as_json: AsJson = False) -> None:
    """Check each part of the deployment, and show what was found and what to do.

    It polls each source once, as the schedule does, which proves that orders can be listed and read, that member roles
    can be assumed, and that events can be published. It changes nothing else and sends no samples; Slack's webhook
    receives an empty message, which it refuses. No secret is shown. The exit code is 1 if a check fails.
    """
    form = form_of(output, as_json)
    stack = deployed(region, profile)
    checks = list(examine(stack))
    show_table([asdict(check) for check in checks], COLUMNS, form=form)
    fail_with([f"{check.name}: {check.found}" for check in checks if check.verdict == "fail"])


def examine(stack: Stack) -> Iterator[Check]:
    """Run all checks of a stack. A check that cannot run fails, and the others still run."""
    yield _stack(stack)
    checks: dict[str, Callable[[Stack], Iterator[Check]]] = {
        "polls": _polls,
        "organization": _organization,
        "schedules": _schedules,
        "weekly summary": summaries,
        "rules": _rules,
        "notify's queue": _queue,
        "concurrency": concurrency,
        **{each.NAME: each.check for each in parts("doctor")},
        "routes": routes,
        "alarms": _alarms,
        "dead letters": _dead_letters,
        "pending events": _pending,
        "archive": _archive,
    }
    for name, examined in checks.items():
        yield from _run(name, examined, stack)


def _run(name: str, examined: Callable[[Stack], Iterator[Check]], stack: Stack) -> Iterator[Check]:
    try:
        yield from examined(stack)
    except Exception as error:  # noqa: BLE001 - the other checks must still run
        yield Check(name, "fail", sentence_of(error), "Fix what it names, or give your credentials the permission")


def _checked(name: str, works: bool, found: str, todo: str, otherwise: Verdict = "fail") -> Check:
    return Check(name, "ok", found) if works else Check(name, otherwise, found, todo)


def _stack(stack: Stack) -> Check:
    status = stack.description["StackStatus"]
    good = status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    return _checked("stack", good, f"{stack.name} is {status}", "Deploy it again", otherwise="warn")


def _organization(stack: Stack) -> Iterator[Check]:
    if organization_of(stack):
        planned = plan(stack)
        todo = "Check organization's accounts, excludeAccounts and regions"
        yield _checked("organization", planned > 0, f"{planned} sources are on the queue", todo, otherwise="warn")


def _polls(stack: Stack) -> Iterator[Check]:
    for source in sources_of(stack):
        name = "poll " + " ".join(filter(None, (source.get("region"), source.get("roleArn"))))
        try:
            summary = invoke_poll(stack, source)
        except OperatorError as error:
            yield Check(name, "fail", str(error), _todo(str(error)))
            continue
        if problems := problems_of(summary):
            yield Check(name, "fail", "; ".join(problems[:3]), _todo(problems[0]))
        else:
            yield Check(name, "ok", f"{summary['ordersListed']} orders listed, {summary['ordersRead']} read")
        if denied := stack.snapshots.names("/".join(summary["source"].split("/")[:2])).denied:
            todo = "Allow them for the role that reads, or give the ids names in the configuration's `names`"
            yield Check(f"names {name.removeprefix('poll ')}", "warn", f"not allowed: {', '.join(denied)}", todo)


def _todo(error: str) -> str:
    if "AssumeRole" in error:
        return "Name the poll function's role and the configured external id in the role's trust policy"
    if "AccessDenied" in error or "not authorized" in error:
        return "Allow outposts:ListOrders and outposts:GetOrder for the role that reads"
    return "Check the poll function's log; the next poll tries again"


def _schedules(stack: Stack) -> Iterator[Check]:
    found = _schedules_by_name(stack, of_summaries=False)
    yield _enabled("schedules", found, f"{len(found)} enabled") if found else Check("schedules", "fail", "none", ENABLE)


def summaries(stack: Stack) -> Iterator[Check]:
    """Check the schedules of the weekly summary, one for each route, and show their time."""
    if found := _schedules_by_name(stack, of_summaries=True):
        times = "; ".join(dict.fromkeys(map(_time, found.values())))
        yield _enabled("weekly summary", found, f"{len(found)} enabled: {times}")


def _enabled(name: str, schedules: "Mapping[str, GetScheduleOutputTypeDef]", works: str) -> Check:
    off = [each for each, schedule in schedules.items() if schedule["State"] != "ENABLED"]
    return _checked(name, not off, f"disabled: {', '.join(off)}" if off else works, ENABLE)


def _time(schedule: "GetScheduleOutputTypeDef") -> str:
    expression, zone = schedule["ScheduleExpression"], schedule["ScheduleExpressionTimezone"]
    if weekly := WEEKLY.fullmatch(expression):
        minute, hour, day = weekly.groups()
        expression = f"{day.title()} {hour:0>2}:{minute:0>2}"
    return f"{expression}, {zone}"


def _schedules_by_name(stack: Stack, *, of_summaries: bool) -> "dict[str, GetScheduleOutputTypeDef]":
    client = stack.session.client("scheduler")
    names = [
        each.name.rpartition("/")[2].rpartition("|")[2] for each in _schedules_of(stack, of_summaries=of_summaries)
    ]
    return {name: client.get_schedule(Name=name) for name in names}


def _schedules_of(stack: Stack, *, of_summaries: bool) -> Iterator[Resource]:
    """Return the schedules of summaries, or those of polls."""
    found = stack.of_kind("AWS::Scheduler::Schedule")
    return (each for each in found if ("Summaries" in each.logical_id) == of_summaries)


def _rules(stack: Stack) -> Iterator[Check]:
    # The physical id of a bus's rule is `<bus>|<rule>`.
    names = {found.name.rpartition("|")[2] for found in stack.of_kind("AWS::Events::Rule")}
    pages = stack.session.client("events").get_paginator("list_rules")
    enabled = {
        rule["Name"]
        for bus in ("default", stack.output("EventBusName"))
        for page in pages.paginate(EventBusName=bus)
        for rule in page["Rules"]
        if rule["State"] != "DISABLED"
    }
    off = sorted(names - enabled)
    found = f"disabled or gone: {', '.join(off)}" if off else f"{len(names)} enabled"
    yield _checked("rules", not off, found, "Enable them, or deploy again")


def _queue(stack: Stack) -> Iterator[Check]:
    states = [mapping.get("State", "unknown") for mapping in stack.queues_of("NotifyFunctionName")]
    found = f"the notify function's source is {', '.join(states) or 'gone'}"
    yield _checked("notify's queue", states == ["Enabled"], found, "Enable it, or deploy again")


def concurrency(stack: Stack) -> Iterator[Check]:
    """Check that Lambda can run all polls and notify at once.

    All functions of an account and region share a limit, which may be as low as 10. An organization's polls may use up
    all of it, and so delay notify.
    """
    limit = stack.session.client("lambda").get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    polls = _at_once(stack, "PollFunctionName", limit) + sum(1 for _ in _schedules_of(stack, of_summaries=False))
    notifies = _at_once(stack, "NotifyFunctionName", limit)
    found = f"{count(polls, 'poll')} and {notifies} notify functions at most, of {limit} at once in this account"
    todo = "Request a higher quota: Lambda's concurrent executions (L-B99A9384); until then polls may delay notify"
    yield _checked("concurrency", polls + notifies <= limit, found, todo, otherwise="warn")


def _at_once(stack: Stack, output: str, limit: int) -> int:
    """Return how many instances of a function its queues may start; a queue without a limit may start all."""
    return sum(each.get("ScalingConfig", {}).get("MaximumConcurrency", limit) for each in stack.queues_of(output))


class _OfRoute(Stack):
    """The stack as a route's channels see it: the notify function has only their settings."""

    def __init__(self, stack: Stack, route: str) -> None:
        super().__init__(stack.session)
        vars(self).update(vars(stack))  # what has been looked up already
        self._route = route

    def variables(self, output: str) -> dict[str, str]:
        return dict(variables_of(self._route, super().variables(output)))


def routes(stack: Stack) -> Iterator[Check]:
    """Check the channels of each route as those of the default route; a check's name begins with its route's."""
    for route in routes_of(stack.variables("NotifyFunctionName")):
        for each in parts("doctor"):
            for check in _run(each.NAME, each.check, _OfRoute(stack, route)):
                if check.found != NOT_CONFIGURED:
                    yield replace(check, name=f"{route}: {check.name}")


def _alarms(stack: Stack) -> Iterator[Check]:
    names = [alarm.name for alarm in stack.of_kind("AWS::CloudWatch::Alarm")]
    pages = stack.session.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNames=names)
    alarms = [alarm for page in pages for alarm in page["MetricAlarms"]]
    loud = [alarm for alarm in alarms if alarm["StateValue"] == "ALARM"]
    for alarm in loud:
        yield Check(
            f"alarm {alarm['AlarmName']}", "fail", alarm.get("StateReason", "on"), alarm.get("AlarmDescription", "")
        )
    if not loud:
        yield Check("alarms", "ok", f"{len(alarms)} quiet")


def _dead_letters(stack: Stack) -> Iterator[Check]:
    sqs = stack.session.client("sqs")
    todos = {True: "Fix the channel, then run redrive", False: "The messages' attributes say why; then purge the queue"}
    for found in stack.of_kind("AWS::SQS::Queue"):
        if "DeadLetterQueue" not in found.logical_id:
            continue
        attributes = sqs.get_queue_attributes(QueueUrl=found.name, AttributeNames=["ApproximateNumberOfMessages"])
        number = int(attributes["Attributes"]["ApproximateNumberOfMessages"])
        of_notify = found.name == stack.output("DeadLetterQueueUrl")
        name = f"dead letters of {'notifications' if of_notify else 'polls'}"
        yield _checked(name, not number, f"{number or 'none'}", todos[of_notify])


def _pending(stack: Stack) -> Iterator[Check]:
    known = stack.snapshots.known_of_all_sources()
    pending = [f"{order.pending} of {order_id}" for _, order_id, order in known if order.pending]
    todo = "The next poll publishes them; the error is in its log"
    yield _checked("pending events", not pending, ", ".join(pending[:5]) or "none", todo, otherwise="warn")


def _archive(stack: Stack) -> Iterator[Check]:
    archives = stack.session.client("events").list_archives(EventSourceArn=stack.output("EventBusArn"))["Archives"]
    if not archives:
        yield Check("archive", "warn", "none: events cannot be replayed", "Deploy again")
    for archive in archives:
        found = f"{archive['ArchiveName']} is {archive['State']}, {archive.get('EventCount', 0)} events"
        yield _checked("archive", archive["State"] == "ENABLED", found, "Check the archive in EventBridge")
