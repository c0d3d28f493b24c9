"""`doctor`: checks each part of the deployment."""

from collections.abc import Callable, Iterator
from dataclasses import asdict

from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.cli.failures import sentence_of
from outposts_order_notifier.cli.poll import invoke_poll, organization_of, plan, problems_of, sources_of
from outposts_order_notifier.cli.stack import STACK_NAME, Stack
from outposts_order_notifier.cli.terminal import AsJson, Profile, Region, deployed, fail_with, say, show_table
from outposts_order_notifier.notify.channels.registry import parts
from outposts_order_notifier.notify.check import Check
from outposts_order_notifier.wording.words import count


def doctor(region: Region = None, profile: Profile = None, as_json: AsJson = False) -> None:
    """Check each part of the deployment, and show what was found and what to do.

    It polls each source once, as the schedule does, which proves that orders can be listed and read, that member roles
    can be assumed, and that events can be published. It changes nothing else and sends no samples; Slack's webhook
    receives an empty message, which it refuses. No secret is shown. The exit code is 1 if a check fails.
    """
    stack = deployed(region, profile)
    checks = list(examine(stack))
    if as_json:
        say([asdict(check) for check in checks])
    else:
        show_table(
            "",
            ["Check", "", "Found", "To do"],
            ([check.name, check.verdict, check.found, check.todo] for check in checks),
        )
    fail_with([f"{check.name}: {check.found}" for check in checks if check.verdict == "fail"])


def examine(stack: Stack) -> Iterator[Check]:
    """Run all checks. A check that cannot run fails, and the others still run.

    Raises:
        OperatorError: The stack does not exist.
    """
    yield _stack(stack)
    checks: dict[str, Callable[[Stack], Iterator[Check]]] = {
        "polls": _polls,
        "organization": _organization,
        "schedules": _schedules,
        "rules": _rules,
        "notify's queue": _queue,
        "concurrency": concurrency,
        **{each.NAME: each.check for each in parts("doctor")},
        "alarms": _alarms,
        "dead letters": _dead_letters,
        "pending events": _pending,
        "archive": _archive,
    }
    for name, examined in checks.items():
        try:
            yield from examined(stack)
        except Exception as error:  # noqa: BLE001 - the other checks must still run
            yield Check(name, "fail", sentence_of(error), "Fix what it names, or give your credentials the permission")


def _stack(stack: Stack) -> Check:
    status = stack.description["StackStatus"]
    good = status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    return Check("stack", "ok" if good else "warn", f"{STACK_NAME} is {status}", "" if good else "Deploy it again")


def _organization(stack: Stack) -> Iterator[Check]:
    if organization_of(stack):
        planned = plan(stack)
        todo = "" if planned else "Check organization's accounts, excludeAccounts and regions"
        yield Check("organization", "ok" if planned else "warn", f"{planned} sources are on the queue", todo)


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


def _todo(error: str) -> str:
    if "AssumeRole" in error:
        return "Name the poll function's role and the configured external id in the role's trust policy"
    if "AccessDenied" in error or "not authorized" in error:
        return "Allow outposts:ListOrders and outposts:GetOrder for the role that reads"
    return "Check the poll function's log; the next poll tries again"


def _schedules(stack: Stack) -> Iterator[Check]:
    scheduler = stack.session.client("scheduler")
    states = {}
    for found in stack.of_kind("AWS::Scheduler::Schedule"):
        schedule = scheduler.get_schedule(Name=found.name.rpartition("/")[2].rpartition("|")[2])
        states[schedule["Name"]] = schedule["State"]
    off = [name for name, state in states.items() if state != "ENABLED"]
    if off or not states:
        yield Check(
            "schedules", "fail", f"disabled: {', '.join(off)}" if off else "none", "Enable them, or deploy again"
        )
    else:
        yield Check("schedules", "ok", f"{len(states)} enabled")


def _rules(stack: Stack) -> Iterator[Check]:
    # The physical id of a bus's rule is `<bus>|<rule>`.
    names = {found.name.rpartition("|")[2] for found in stack.of_kind("AWS::Events::Rule")}
    pages = stack.session.client("events").get_paginator("list_rules")
    states = {
        rule["Name"]: rule["State"]
        for bus in ("default", stack.output("EventBusName"))
        for page in pages.paginate(EventBusName=bus)
        for rule in page["Rules"]
        if rule["Name"] in names
    }
    if off := sorted(name for name in names if states.get(name, "DISABLED") == "DISABLED"):
        yield Check("rules", "fail", f"disabled or gone: {', '.join(off)}", "Enable them, or deploy again")
    else:
        yield Check("rules", "ok", f"{len(names)} enabled")


def _queue(stack: Stack) -> Iterator[Check]:
    client = stack.session.client("lambda")
    mappings = client.list_event_source_mappings(FunctionName=stack.output("NotifyFunctionName"))["EventSourceMappings"]
    states = [mapping.get("State", "unknown") for mapping in mappings]
    good = states == ["Enabled"]
    found = f"the notify function's source is {', '.join(states) or 'gone'}"
    yield Check("notify's queue", "ok" if good else "fail", found, "" if good else "Enable it, or deploy again")


def concurrency(stack: Stack) -> Iterator[Check]:
    """Check that Lambda can run all polls and notify at once.

    All functions of an account and region share a limit, which may be as low as 10. An organization's polls may use up
    all of it, and so delay notify.
    """
    limit = stack.session.client("lambda").get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    polls = _at_once(stack, "PollFunctionName", limit) + sum(1 for _ in stack.of_kind("AWS::Scheduler::Schedule"))
    notifies = _at_once(stack, "NotifyFunctionName", limit)
    found = f"{count(polls, 'poll')} and {notifies} notify functions at most, of {limit} at once in this account"
    todo = "Request a higher quota: Lambda's concurrent executions (L-B99A9384); until then polls may delay notify"
    enough = polls + notifies <= limit
    yield Check("concurrency", "ok" if enough else "warn", found, "" if enough else todo)


def _at_once(stack: Stack, output: str, limit: int) -> int:
    """Return how many instances of a function its queues may start; a queue without a limit may start all."""
    mappings = stack.session.client("lambda").list_event_source_mappings(FunctionName=stack.output(output))
    return sum(
        each.get("ScalingConfig", {}).get("MaximumConcurrency", limit) for each in mappings["EventSourceMappings"]
    )


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
        yield Check(name, "fail" if number else "ok", f"{number or 'none'}", todos[of_notify] if number else "")


def _pending(stack: Stack) -> Iterator[Check]:
    pending = {
        order_id: known.pending for _, order_id, known in stack.snapshots.known_of_all_sources() if known.pending
    }
    if pending:
        found = ", ".join(f"{number} of {order_id}" for order_id, number in list(pending.items())[:5])
        yield Check("pending events", "warn", found, "The next poll publishes them; the error is in its log")
    else:
        yield Check("pending events", "ok", "none")


def _archive(stack: Stack) -> Iterator[Check]:
    archives = stack.session.client("events").list_archives(EventSourceArn=stack.output("EventBusArn"))["Archives"]
    if not archives:
        yield Check("archive", "warn", "none: events cannot be replayed", "Deploy again (the local cloud has none)")
    for archive in archives:
        good = archive["State"] == "ENABLED"
        found = f"{archive['ArchiveName']} is {archive['State']}, {archive.get('EventCount', 0)} events"
        yield Check("archive", "ok" if good else "fail", found, "" if good else "Check the archive in EventBridge")
