"""`python -m notifier` on a deployed stack, as an operator uses it."""

import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import termios
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from werkzeug import Request, Response

from local.outposts.control_plane import ControlPlane
from local.server import Server
from outposts_order_notifier.__about__ import __version__
from outposts_order_notifier.cli.commands import COMMANDS
from outposts_order_notifier.cli.samples import ALARM
from outposts_order_notifier.cli.temporary import USED_TAG
from outposts_order_notifier.store.table import SnapshotTable
from outposts_order_notifier.wording.words import plain_date
from testing.event_schemas import check_event
from tests.end_to_end.conftest import (
    PATIENCE_SECONDS,
    ROOT,
    Cloud,
    Subscriber,
    eventually,
    inherited,
    number_waiting,
    run,
    slack_answers,
    subscribe,
)

Json = dict[str, Any]


def answer(cloud: Cloud, *arguments: str) -> Any:
    """Run a command that succeeds, and return its JSON, which must be everything on stdout."""
    ran = run(cloud, *arguments, "--json")
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def create_order(cloud: Cloud) -> tuple[str, str]:
    """Order a rack, and return the ids of the order and its line item."""
    outposts = cloud.client("outposts")
    outpost = outposts.list_outposts()["Outposts"][0]["OutpostId"]
    items = [{"CatalogItemId": "OR-RACKM5A", "Quantity": 1}]
    order = outposts.create_order(OutpostIdentifier=outpost, PaymentOption="NO_UPFRONT", LineItems=items)["Order"]
    return order["OrderId"], order["LineItems"][0]["LineItemId"]


def ship(cloud: Cloud, order_id: str, line_item_id: str) -> None:
    """Ship a line item."""
    shipment = {"ShipmentCarrier": "DHL", "ShipmentTrackingNumber": "1234"}
    item = {"Status": "SHIPPED", "ShipmentInformation": shipment}
    control_plane(cloud).update_order(order_id, {"Status": "IN_PROGRESS", "LineItems": {line_item_id: item}})


def control_plane(cloud: Cloud) -> ControlPlane:
    """Return the simulator's control plane, which acts as AWS."""
    return ControlPlane(cloud.environment["AWS_ENDPOINT_URL_OUTPOSTS"])


@pytest.fixture(scope="module")
def shipped(cloud: Cloud) -> str:
    """The id of an order that was shipped."""
    order_id, line_item_id = create_order(cloud)
    run(cloud, "poll", order_id)
    ship(cloud, order_id, line_item_id)
    run(cloud, "poll", order_id)
    return order_id


def mails_about(cloud: Cloud, order_id: str) -> int:
    """Count the e-mails about an order; another's may name it too."""
    return len([mail for mail in cloud.mails if re.search(f"^Order: +{order_id}$", mail["text"], re.MULTILINE)])


def reported(cloud: Cloud, order_id: str) -> tuple[int, int]:
    """Count the Slack messages and the e-mails about an order."""
    return len([each for each in cloud.slack_messages if order_id in str(each)]), mails_about(cloud, order_id)


def all_are_notified(cloud: Cloud, order_id: str) -> bool:
    """Wait until people are notified of all that happened to an order, so that nothing arrives during the next test."""
    updates = [each for each in answer(cloud, "events", order_id) if each["detailType"] == "Outposts Order Updated"]
    return bool(eventually(lambda: reported(cloud, order_id) == (len(updates), len(updates))))


def observations(bus: Subscriber, order_id: str) -> list[Json]:
    """Return the details of what an order's polls have observed, in sequence."""
    details = [event["detail"] for event in bus.received() if event["detail-type"] == "Outposts Order Updated"]
    return sorted((each for each in details if each["orderId"] == order_id), key=lambda each: int(each["sequence"]))


def day(days: int) -> str:
    """Return a day relative to today, in UTC."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def succeed(cloud: Cloud, *arguments: str) -> str:
    """Run a command that succeeds, and return what it says."""
    ran = run(cloud, *arguments)
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


class TestHelp:
    """`--help`."""

    @pytest.mark.parametrize("command", COMMANDS)
    def test_each_command_has_examples(self, command: str) -> None:
        """Even without credentials or a region."""
        ran = run(None, command, "--help")
        assert ran.returncode == 0
        assert f"python -m notifier {command}" in ran.stdout.split("Examples:")[1]

    @pytest.mark.parametrize(
        "variables", [{"AWS_PROFILE": "stale"}, {"AWS_DEFAULT_PROFILE": "stale"}, {"AWS_CONFIG_FILE": __file__}]
    )
    def test_needs_no_valid_configuration(self, variables: dict[str, str]) -> None:
        """One line names a profile that is missing or a file that is invalid, once AWS is called."""
        assert run(None, "--help", **variables).returncode == 0
        for command in ("orders", "preview"):
            (line,) = run(None, command, **variables).stderr.splitlines()
            (name, value), *_ = variables.items()
            assert line.startswith(f"error: {name} {value}: " if value == "stale" else "error: Unable to parse")
            assert value in line


class TestVersion:
    """`--version`."""

    def test_is_the_projects(self) -> None:
        """In a clone as from a wheel."""
        assert run(None, "--version").stdout == f"outposts-order-notifier {__version__}\n"


class TestMistypedCommand:
    """One line reports an invalid command line, before AWS is called."""

    @pytest.mark.parametrize(
        ("arguments", "error"),
        [
            ([], "error: no command was given. See `python -m notifier --help`"),
            (["poll", ""], "error: Invalid value for '[ORDER]': an order id must not be empty."),
            (["show", " "], "error: Invalid value for 'ORDER': an order id must not be empty."),
            (["replay", "--order", ""], "error: Invalid value for '--order': an order id must not be empty."),
            (["test-notification", "--route", ""], "error: Invalid value for '--route': a route's name must not be"),
            (
                ["preview", "--interval", "inf"],
                "error: Invalid value for '--interval': Input should be less than or equal to 86400",
            ),
            (
                ["preview", "--interval", "nan"],
                "error: Invalid value for '--interval': Input should be less than or equal to 86400",
            ),
        ],
    )
    def test_is_named(self, arguments: list[str], error: str) -> None:
        """A script passes an empty id if its variable is not set; `poll` would then poll all sources."""
        ran = run(None, *arguments)
        assert ran.returncode == 2
        (line,) = ran.stderr.splitlines()
        assert line.startswith(error)


class TestOutput:
    """If the output cannot be written, one line on stderr says so."""

    @pytest.mark.parametrize("where", [">&-", ">/dev/full"])
    def test_that_cannot_be_written(self, where: str) -> None:
        """A pipeline must not mistake it for empty output."""
        shell = ["sh", "-c", f'exec "$@" {where}', "sh"]
        command = [*shell, sys.executable, "-m", "notifier", "--version"]
        ran = subprocess.run(command, cwd=ROOT, env=inherited(), capture_output=True, text=True, check=False)  # noqa: S603 - ours
        assert ran.returncode == 1
        (line,) = ran.stderr.splitlines()
        assert line.startswith("error: the answer could not be written to stdout: ")

    def test_progress_is_dropped_if_stderr_is_closed(self) -> None:
        """In particular not to stdout, which is only for the result."""
        command = ["sh", "-c", 'exec "$@" 2>&-', "sh", sys.executable, "-m", "notifier", "poll", ""]
        ran = subprocess.run(command, cwd=ROOT, env=inherited(), capture_output=True, text=True, check=False)  # noqa: S603 - ours
        assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", "")


class TestUnreachable:
    """If CloudFormation cannot be reached, the cause is reported, and not that there is no stack."""

    def test_without_credentials(self) -> None:
        """The line says where credentials may come from."""
        missing = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"}
        files = dict.fromkeys(("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"), "/dev/null")
        (line,) = run(None, "orders", **missing, **files).stderr.splitlines()
        assert line.startswith("error: no AWS credentials were found. Pass --profile, or set AWS_PROFILE")

    def test_without_an_endpoint(self) -> None:
        """The line names the endpoint."""
        (line,) = run(None, "orders", AWS_ENDPOINT_URL="http://127.0.0.1:1", AWS_MAX_ATTEMPTS="1").stderr.splitlines()
        assert line.startswith('error: Could not connect to the endpoint URL: "http://127.0.0.1:1/". Check your net')

    @pytest.mark.parametrize(
        ("code", "hint"), [("AccessDenied", True), ("ExpiredToken", True), ("LimitExceededException", False)]
    )
    def test_without_permission(self, code: str, hint: bool) -> None:
        """The line names the error, and points to the credentials if they are the cause."""

        @Request.application
        def refuse(_: Request) -> Response:
            error = f"<Error><Code>{code}</Code><Message>not today</Message></Error>"
            return Response(f"<ErrorResponse>{error}</ErrorResponse>", 403, content_type="text/xml")

        with Server(refuse) as server:
            (line,) = run(None, "orders", AWS_ENDPOINT_URL=server.url).stderr.splitlines()
        assert f"({code})" in line
        assert ("credentials" in line) == hint
        assert "not found" not in line


class TestReading:
    """`orders`, `show` and `events`."""

    def test_orders_lists_those_in_flight(self, cloud: Cloud, shipped: str) -> None:
        """With their time in status; settled ones only with `--all`; filters apply."""
        settled, _ = create_order(cloud)
        cloud.client("outposts").cancel_order(OrderId=settled)
        run(cloud, "poll", settled)
        (row,) = [row for row in answer(cloud, "orders") if row["orderId"] == shipped]
        assert (row["status"], row["lineItemCountsByStatus"]) == ("IN_PROGRESS", {"SHIPPED": 1})
        assert row["secondsInStatus"] >= 0
        assert settled not in run(cloud, "orders").stdout
        assert settled in run(cloud, "orders", "--all", "--status", "cancelled").stdout
        assert answer(cloud, "orders", "--status", "error") == []
        assert run(cloud, "orders", "--status", "error").stdout == "No such orders\n"
        assert shipped in [row["orderId"] for row in answer(cloud, "orders", "--status", "shipped")]
        unknown = run(cloud, "orders", "--status", "ship")
        assert (unknown.returncode, unknown.stdout) == (1, "")
        assert "--status SHIP is not a status; did you mean SHIPPED?" in unknown.stderr

    def test_board_writes_the_page_to_a_file(self, cloud: Cloud, shipped: str, tmp_path: Path) -> None:
        """It has the orders, and no form; a file that cannot be written is named."""
        page = tmp_path / "board.html"
        ran = run(cloud, "board", "--output", str(page))
        assert (ran.returncode, ran.stdout.endswith(f"in {page}\n")) == (0, True)
        assert shipped in page.read_text("utf-8")
        assert "<form" not in page.read_text("utf-8")
        ran = run(cloud, "board", "--output", str(tmp_path / "nowhere" / "board.html"))
        assert (ran.returncode, ran.stdout) == (1, "")
        assert "cannot be written: No such file or directory; name another file" in ran.stderr

    def test_show_shows_an_orders_history(self, cloud: Cloud, shipped: str) -> None:
        """Its statuses with times, its shipments and its replacements."""
        life = answer(cloud, "show", shipped)
        assert [step["status"] for step in life["timeline"] if not step["lineItemId"]] == ["PREPARING", "IN_PROGRESS"]
        (item,) = life["lineItems"]
        assert "tracking-id=1234" in item["shipment"]["trackingUrl"]
        replacement = control_plane(cloud).replace_line_item(shipped, item["lineItemId"])["OrderId"]
        run(cloud, "poll")
        (link,) = answer(cloud, "show", shipped)["lineage"]
        assert link["replacement"]["orderId"] == replacement
        assert "Lineage" in run(cloud, "show", replacement).stdout

    def test_events_lists_what_was_published_and_when(self, cloud: Cloud, shipped: str) -> None:
        """Each event once, in sequence, as it was published."""
        found = eventually(lambda: [e for e in answer(cloud, "events", shipped) if e["sequence"] == 6])
        assert found
        found = answer(cloud, "events", shipped)
        assert [event["sequence"] for event in found] == list(range(1, len(found) + 1))
        assert all(event["publishedAt"] for event in found)
        assert [event["detailType"] for event in found[:2]] == ["Outposts Order Discovered", "Outposts Order Updated"]
        shown = run(cloud, "events", shipped).stdout
        assert f"Order {shipped}" in shown
        assert "PREPARING → SHIPPED" in shown
        assert found[0]["eventId"] not in shown
        assert found[0]["eventId"] in run(cloud, "events", shipped, "--output", "wide").stdout
        assert [e["sequence"] for e in answer(cloud, "events", shipped, "--since", "1h")] == [
            e["sequence"] for e in found
        ]

    def test_since_lists_the_orders_of_which_an_event_was_published(self, cloud: Cloud) -> None:
        """Also one that has settled; and none of which nothing was published since then."""
        settled, _ = create_order(cloud)
        run(cloud, "poll", settled)
        cloud.client("outposts").cancel_order(OrderId=settled)
        run(cloud, "poll", settled)
        assert settled not in [row["orderId"] for row in answer(cloud, "orders")]
        assert eventually(lambda: settled in [row["orderId"] for row in answer(cloud, "orders", "--since", "1h")])
        later = run(cloud, "orders", "--since", "2999-01-01")
        assert (later.returncode, "it is in the future" in later.stderr) == (2, True)

    def test_the_beginning_of_an_id_is_enough(self, cloud: Cloud, shipped: str) -> None:
        """With or without `oo-`; what reads says on stderr which order it is."""
        others = [row["orderId"] for row in answer(cloud, "orders", "--all") if row["orderId"] != shipped]
        length = next(n for n in range(4, 21) if not any(each.startswith(shipped[:n]) for each in others))
        for beginning in (shipped[:length], shipped[3:length]):
            ran = run(cloud, "show", beginning, "--output", "yaml")
            assert (ran.returncode, ran.stderr) == (0, f"{beginning} is {shipped}\n")
            assert yaml.safe_load(ran.stdout)["orderId"] == shipped
        (summary,) = answer(cloud, "poll", shipped[:length])
        assert summary["ordersRead"] == 1
        muted = run(cloud, "unmute", shipped[:length])
        assert (muted.stdout, muted.stderr) == (f"{shipped} was not muted\n", f"{shipped[:length]} is {shipped}\n")
        create_order(cloud)
        run(cloud, "poll")
        ran = run(cloud, "mute", "oo-", "--until", day(7))
        assert (ran.returncode, ran.stdout) == (1, "")
        assert "oo- is the beginning of several orders' ids: " in ran.stderr

    def test_watch_prints_a_line_for_each_change_until_ctrl_c(self, cloud: Cloud) -> None:
        """In a pipe, as JSON."""
        order_id, line_item_id = create_order(cloud)
        run(cloud, "poll", order_id)
        with program(cloud, "orders", "--watch", "1", "--json", stdout=subprocess.PIPE) as process:
            assert process.stdout
            lines = (json.loads(line) for line in process.stdout)
            assert next(each for each in lines if each["orderId"] == order_id)["change"] == "listed"
            ship(cloud, order_id, line_item_id)
            run(cloud, "poll", order_id)
            changed = next(each for each in lines if each["orderId"] == order_id)
            assert (changed["change"], changed["status"]) == ("changed", "IN_PROGRESS")
            process.send_signal(signal.SIGINT)
            assert process.wait() == 0

    def test_watch_draws_on_a_terminal(self, cloud: Cloud, shipped: str) -> None:
        """It leaves the latest tables there, and the cursor as it was."""
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (50, 100))
        with program(cloud, "orders", "--watch", "1", stdin=theirs, stdout=theirs, stderr=theirs) as process:
            os.close(theirs)
            shown = os.read(ours, 10_000)
            while b"Ctrl-C ends it" not in shown:
                shown += os.read(ours, 10_000)
            process.send_signal(signal.SIGINT)
            with suppress(OSError):  # the terminal is closed
                while read := os.read(ours, 10_000):
                    shown += read
            assert process.wait() == 0
        os.close(ours)
        assert shipped in shown.decode()
        assert shown.rindex(b"\x1b[?25h") > shown.rindex(b"\x1b[?25l")
        assert b"error" not in shown


@contextmanager
def program(cloud: Cloud, *arguments: str, **streams: int) -> Iterator["subprocess.Popen[str]"]:
    """Run the program in a process of its own for a `with` block."""
    environment = {**inherited(), **cloud.environment, "TERM": "xterm"}
    command = [sys.executable, "-m", "notifier", *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **streams) as process:  # type: ignore[call-overload] # noqa: S603 - ours
        hanging = threading.Timer(PATIENCE_SECONDS, process.kill)  # a read of its terminal would wait for ever
        hanging.start()
        try:
            yield process
        finally:
            hanging.cancel()
            process.kill()


class TestAnnotations:
    """`mute`, `unmute`, `note` and `expect`."""

    def test_a_muted_order_is_reported_only_in_error(self, cloud: Cloud, bus: Subscriber) -> None:
        """Its events are on the bus as ever, and say so; after `unmute` every change is reported again."""
        order_id, line_item_id = create_order(cloud)
        run(cloud, "poll", order_id)
        assert eventually(lambda: reported(cloud, order_id) == (1, 1))
        until = day(7)
        said = succeed(cloud, "mute", order_id, "--until", until, "--note", "The site is closed")
        assert said == f"{order_id} is muted until {plain_date(until)}\n"
        ship(cloud, order_id, line_item_id)
        run(cloud, "poll", order_id)
        assert eventually(lambda: observations(bus, order_id)[1:])
        control_plane(cloud).update_order(order_id, {"Status": "ERROR"})
        run(cloud, "poll", order_id)
        assert eventually(lambda: reported(cloud, order_id)[1] > 1)
        assert eventually(lambda: number_waiting(cloud) == 0)
        assert reported(cloud, order_id) == (2, 2)
        succeed(cloud, "unmute", order_id)
        control_plane(cloud).update_order(order_id, {"Status": "IN_PROGRESS"})
        run(cloud, "poll", order_id)
        assert eventually(lambda: reported(cloud, order_id) == (3, 3))
        muted = [detail.get("mutedUntil") for detail in observations(bus, order_id)]
        assert muted == [None, *2 * [f"{until}T00:00:00Z"], None]

    def test_show_shows_a_note_and_who_entered_it(self, cloud: Cloud, shipped: str) -> None:
        """`--json` has the whole ARN."""
        text = "The carrier has called: Tuesday"
        assert succeed(cloud, "note", shipped, text) == f"The note was added to {shipped}\n"
        (note,) = answer(cloud, "show", shipped)["notes"]
        assert (note["text"], note["by"].startswith("arn:aws:")) == (text, True)
        assert f"{text} (" in run(cloud, "show", shipped).stdout

    def test_an_order_that_misses_its_expected_day_is_reported_once(self, cloud: Cloud, bus: Subscriber) -> None:
        """Nobody can move the functions' clock, so the day is moved into the past."""
        order_id, _ = create_order(cloud)
        run(cloud, "poll", order_id)
        assert eventually(lambda: reported(cloud, order_id) == (1, 1))
        later = day(7)
        assert succeed(cloud, "expect", order_id, later) == f"{order_id} is expected on {plain_date(later)}\n"
        table = SnapshotTable(cloud.client("dynamodb"), cloud.outputs["SnapshotTableName"])
        before = table.read([order_id]).snapshots[order_id].annotations
        assert before.expected
        ended = replace(before.expected, date="2026-01-01", ends_at="2026-01-02T00:00:00Z")
        assert table.annotate(order_id, replace(before, expected=ended))
        for _ in range(2):
            run(cloud, "poll", order_id)
        assert eventually(lambda: reported(cloud, order_id) == (2, 2))
        assert eventually(lambda: number_waiting(cloud) == 0)
        assert reported(cloud, order_id) == (2, 2)
        overdue = [each for each in bus.received() if each["detail-type"] == "Outposts Order Overdue"]
        assert [each["detail"]["expectedAt"] for each in overdue if each["detail"]["orderId"] == order_id] == [
            ended.date
        ]
        assert succeed(cloud, "expect", order_id, "none") == f"{order_id} is no longer expected on a day\n"


class TestPoll:
    """`poll`."""

    def test_polls_all_sources_or_one_order(self, cloud: Cloud, shipped: str) -> None:
        """The summaries are those of the function."""
        (summary,) = answer(cloud, "poll")
        assert summary["ordersListed"] >= 1
        (summary,) = answer(cloud, "poll", shipped)
        assert (summary["ordersListed"], summary["ordersRead"], summary["failures"]) == (0, 1, [])

    def test_a_failure_is_named_and_fails_the_command(self, cloud: Cloud) -> None:
        """The summary is printed nevertheless."""
        ran = run(cloud, "poll", "oo-0123456789abcdef0", "--json")
        assert ran.returncode == 1
        assert json.loads(ran.stdout)[0]["failures"][0]["orderId"] == "oo-0123456789abcdef0"
        assert ran.stderr.startswith("error: oo-0123456789abcdef0: NotFoundException")


class TestReplay:
    """`replay`."""

    def test_sends_an_orders_events_again_to_the_bus(self, cloud: Cloud, shipped: str) -> None:
        """The selected ones, in sequence, with their eventIds; people are not notified again, and nothing remains."""
        copies = Subscriber.make(cloud, "copies")

        def sent_again() -> set[str]:
            # The emulator replays to all rules, regardless of a replay's FilterArns.
            while messages := copies.sqs.receive_message(QueueUrl=copies.url, MaxNumberOfMessages=10).get("Messages"):
                for message in messages:
                    event = json.loads(message["Body"])
                    if "replay-name" not in event:
                        copies.taken[event["detail"]["eventId"]] = event
                    copies.sqs.delete_message(QueueUrl=copies.url, ReceiptHandle=message["ReceiptHandle"])
            return {*copies.taken}

        events, name = cloud.client("events"), cloud.outputs["EventBusName"]
        pattern = json.dumps({"detail": {"orderId": [shipped]}})
        events.put_rule(Name="copies", EventBusName=name, EventPattern=pattern)
        events.put_targets(Rule="copies", EventBusName=name, Targets=[{"Id": "queue", "Arn": copies.arn}])
        updates = [e for e in answer(cloud, "events", shipped) if e["detailType"] == "Outposts Order Updated"]
        assert eventually(lambda: mails_about(cloud, shipped) == len(updates))
        sent = answer(cloud, "replay", "--order", shipped, "--from-sequence", "3", "--to-sequence", "6")
        assert [event["detail"]["sequence"] for event in sent] == [3, 4, 5, 6]
        ids = {event["detail"]["eventId"] for event in sent}
        assert eventually(lambda: sent_again() == ids)
        assert mails_about(cloud, shipped) == len(updates)
        assert not [rule for rule in events.list_rules(EventBusName=name)["Rules"] if "replay" in rule["Name"]]
        assert not [url for url in cloud.client("sqs").list_queues().get("QueueUrls", []) if "replay" in url]

    def test_a_dry_run_sends_nothing(self, cloud: Cloud, shipped: str) -> None:
        """It shows what would be sent."""
        ran = run(cloud, "replay", "--order", shipped, "--to-sequence", "2", "--dry-run")
        assert f"2 events of {shipped} would be sent again" in ran.stdout

    def test_a_time_replays_to_a_rule(self, cloud: Cloud, shipped: str) -> None:
        """A rule that is made afterwards receives all events of the order; EventBridge is asked to send to it alone."""
        late = subscribe(cloud, "late", {"detail": {"orderId": [shipped]}})
        published = {each["eventId"] for each in answer(cloud, "events", shipped)}
        events = cloud.client("events")
        before = {each["ReplayName"] for each in events.list_replays()["Replays"]}
        assert answer(cloud, "replay", "--start", "2026-01-01", "--rule", "late")["rule"] == "late"
        assert eventually(lambda: {event["detail"]["eventId"] for event in late.received()} == published)
        (name,) = {each["ReplayName"] for each in events.list_replays()["Replays"]} - before
        arn = events.describe_rule(Name="late", EventBusName=cloud.outputs["EventBusName"])["Arn"]
        assert events.describe_replay(ReplayName=name)["Destination"]["FilterArns"] == [arn]
        assert answer(cloud, "replay", "--order", shipped, "--to-sequence", "2", "--rule", "late")

    @pytest.mark.parametrize(
        ("arguments", "error"),
        [
            ([], "pass --order ORDER or --start TIME to select the events"),
            (["--dry-run", "--start", "2026-01-01"], "need --order"),
            (["--order", "SHIPPED", "--from-sequence", "900"], "has no events from 900 on; its last is "),
            (["--start", "yesterday"], "'--start': yesterday is not a valid time; use 2026-11-24, "),
            (["--start", "2026-01-01", "--rule", "no-such-rule"], "--rule no-such-rule is not a rule of the bus"),
        ],
    )
    def test_a_mistake_is_reported(self, cloud: Cloud, shipped: str, arguments: list[str], error: str) -> None:
        """The line names what was passed and what exists."""
        ran = run(cloud, "replay", *(shipped if each == "SHIPPED" else each for each in arguments))
        assert ran.returncode != 0
        (line,) = ran.stderr.splitlines()
        assert error in line


class TestTrigger:
    """`trigger`."""

    def test_a_sample_arrives_at_the_rules_that_it_names(self, cloud: Cloud) -> None:
        """Marked as a test, with the given values; nobody is notified."""
        failures = subscribe(cloud, "failures", {"detail": {"test": [True], "status": ["ERROR"]}})
        others = subscribe(cloud, "shipments-only", {"detail": {"test": [True], "status": ["SHIPPED"]}})
        arguments = ["trigger", "order-status-change", "--set", "status=ERROR"]
        tried = answer(cloud, *arguments, "--dry-run")
        assert not tried["sent"]
        sent = answer(cloud, *arguments)
        assert "failures" in sent["rules"]
        assert "shipments-only" not in sent["rules"]
        assert sent["rules"] == tried["rules"]
        (event,) = eventually(failures.received)
        assert event["detail"] == sent["detail"]
        assert (event["detail"]["test"], event["detail"]["status"]) == (True, "ERROR")
        assert others.received() == []
        assert reported(cloud, sent["detail"]["orderId"]) == (0, 0)

    def test_an_update_notifies_people_as_a_test(self, cloud: Cloud) -> None:
        """And says so before."""
        ran = run(cloud, "trigger", "order-updated", "--json")
        assert "Slack, e-mail and the other channels are notified too" in ran.stderr
        order_id = json.loads(ran.stdout)["detail"]["orderId"]
        assert eventually(lambda: reported(cloud, order_id) == (1, 1))
        (mail,) = [mail for mail in cloud.mails if order_id in mail["text"]]
        assert mail["subject"].startswith("TEST: ")

    def test_another_bus_needs_no_stack(self, cloud: Cloud) -> None:
        """A team's own; one that does not exist is refused, as EventBridge would drop the event."""
        cloud.client("events").create_event_bus(Name="orders-test")
        variables = {"OUTPOSTS_ORDER_NOTIFIER_STACK": "NoSuchStack"}
        ran = run(cloud, "trigger", "shipped", "--bus", "orders-test", "--json", **variables)
        assert (ran.returncode, json.loads(ran.stdout)["bus"]) == (0, "orders-test")
        ran = run(cloud, "trigger", "shipped", "--bus", "orders-tset", **variables)
        assert ran.stderr == f"error: there is no bus orders-tset in {cloud.environment['AWS_REGION']}\n"


class TestTail:
    """`tail`, in a process of its own."""

    def left(self, cloud: Cloud) -> tuple[list[str], list[str]]:
        """Return the rules and queues of all tails."""
        rules = cloud.client("events").list_rules(EventBusName=cloud.outputs["EventBusName"])["Rules"]
        queues = cloud.client("sqs").list_queues(QueueNamePrefix="outposts-order-notifier-tail").get("QueueUrls", [])
        return [rule["Name"] for rule in rules if "-tail-" in rule["Name"]], [url.rpartition("/")[2] for url in queues]

    def test_shows_what_matches_and_removes_its_rule_at_ctrl_c(self, cloud: Cloud) -> None:
        """A line of JSON for each event, at once."""
        pattern = json.dumps({"detail": {"test": [True], "status": ["CANCELLED"]}})
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with program(cloud, "tail", "--pattern", pattern, **pipes) as process:
            assert process.stdout
            assert process.stderr
            assert process.stderr.readline().startswith("Waiting for events on ")
            assert self.left(cloud)[0] == self.left(cloud)[1] != []
            answer(cloud, "trigger", "order-completed")
            sent = answer(cloud, "trigger", "order-cancelled")
            assert json.loads(process.stdout.readline())["detail"] == sent["detail"]
            process.send_signal(signal.SIGINT)
            assert process.wait() == 0
        assert self.left(cloud) == ([], [])

    def test_what_a_kill_left_is_removed_by_the_next_run(self, cloud: Cloud) -> None:
        """Once its tag says that it has not been used for hours, and not before."""
        pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        with program(cloud, "tail", **pipes) as process:
            assert process.stderr
            assert process.stderr.readline().startswith("Waiting for events on ")
            process.kill()
        (name,), _ = self.left(cloud)
        with program(cloud, "tail", **pipes) as process:
            assert process.stderr
            assert process.stderr.readline().startswith("Waiting for events on ")
            process.send_signal(signal.SIGTERM)
            assert process.wait() == 0
        assert self.left(cloud) == ([name], [name])
        sqs = cloud.client("sqs")
        (url,) = sqs.list_queues(QueueNamePrefix=name)["QueueUrls"]
        sqs.tag_queue(QueueUrl=url, Tags={USED_TAG: "2026-01-01T00:00:00Z"})
        with program(cloud, "tail", **pipes) as process:
            assert process.stderr
            assert process.stderr.readline() == f"Removed {name}, which a tail that was killed had left behind\n"
            assert process.stderr.readline().startswith("Waiting for events on ")
            process.send_signal(signal.SIGINT)
            assert process.wait() == 0
        assert self.left(cloud) == ([], [])

    def test_a_pattern_that_event_bridge_refuses_creates_nothing(self, cloud: Cloud) -> None:
        """The error is EventBridge's own."""
        ran = run(cloud, "tail", "--pattern", '{"detail": {"status": "ERROR"}}')
        assert ran.returncode == 1
        assert ran.stderr.startswith("error: --pattern: EventBridge refuses it: ")
        assert self.left(cloud) == ([], [])


class TestSnapshot:
    """`snapshot`."""

    def test_a_late_joiner_gets_the_state_in_its_own_queue(self, cloud: Cloud, bus: Subscriber) -> None:
        """By the documented lines; nobody else receives anything, and the next event follows in sequence."""
        order_id, line_item_id = create_order(cloud)
        run(cloud, "poll", order_id)
        known = {event["detail"]["eventId"] for event in bus.received()}
        mine = subscribe(cloud, "late-joiner", {"detail": {"orderId": [order_id]}})
        page = (ROOT / "docs" / "subscribing.md").read_text("utf-8").partition("## Start with the present state")[2]
        script = textwrap.dedent(page.partition("```sh\n")[2].partition("```")[0])
        environment = {**inherited(), **cloud.environment, "QUEUE_URL": mine.url}
        program = f"{shlex.quote(sys.executable)} -m notifier"
        script = script.replace("python -m notifier", program)
        subprocess.run(["/bin/bash", "-euc", script], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
        (state,) = [event for event in mine.received() if event["detail"]["orderId"] == order_id]
        assert state["detail"]["snapshot"] is True
        assert state["detail"]["order"]["Status"] == state["detail"]["orderStatus"] == "PREPARING"
        assert {event["detail"]["eventId"] for event in bus.received() if "snapshot" in event["detail"]} == set()
        ship(cloud, order_id, line_item_id)
        run(cloud, "poll", order_id)
        arrived = eventually(lambda: [e for e in mine.received() if e["detail"]["orderId"] == order_id][1:])
        assert min(event["detail"]["sequence"] for event in arrived) == state["detail"]["sequence"] + 1
        assert {event["detail"]["eventId"] for event in arrived}.isdisjoint(known)
        assert all_are_notified(cloud, order_id)

    def test_settled_orders_are_included_on_request(self, cloud: Cloud) -> None:
        """As in `orders`; each is valid by its schema."""
        order_id, _ = create_order(cloud)
        cloud.client("outposts").cancel_order(OrderId=order_id)
        run(cloud, "poll", order_id)
        found = []
        for arguments in ([], ["--all"]):
            events = [json.loads(line) for line in succeed(cloud, "snapshot", *arguments).splitlines()]
            for event in events:
                check_event(event)
            found.append(order_id in [event["detail"]["orderId"] for event in events])
        assert found == [False, True]
        assert all_are_notified(cloud, order_id)


class TestNotification:
    """`test-notification`."""

    def test_sends_samples_marked_as_a_test(self, cloud: Cloud) -> None:
        """Every channel accepts them; an alarm's does not go to the topic, from which real alarms come."""
        names = ["shipment", ALARM]
        results = answer(cloud, "test-notification", *(option for name in names for option in ("--only", name)))
        assert [each["sample"] for each in results] == names
        assert all(each["told"] == (["slack"] if each["sample"] == ALARM else ["slack", "sns"]) for each in results)
        # Other tests send samples to the same cloud.
        news = ("new shipment details", "PollFailures is firing")
        texts = [message["text"] for message in cloud.slack_messages if "TEST: " in message["text"]]
        assert [sum(each in text for text in texts) for each in news] == [1, 1]
        subjects = eventually(lambda: [m["subject"] for m in cloud.mails if f"{news[0]} for 1 item" in m["subject"]])
        assert [subject.startswith("TEST: ") for subject in subjects] == [True]

    def test_a_channel_that_refuses_fails_the_command(self, cloud: Cloud) -> None:
        """Its response is shown, and its address is not."""
        slack_answers(cloud.slack_url, 1, status=404, body="no_service")
        ran = run(cloud, "test-notification", "--only", "shipment")
        assert ran.returncode == 1
        assert "error: shipment: slack: Slack answered 404 no_service" in ran.stderr
        assert "/services/" not in ran.stdout + ran.stderr

    def test_an_unknown_sample_is_reported(self, cloud: Cloud) -> None:
        """With the most similar one."""
        assert "did you mean shipment?" in run(cloud, "test-notification", "--only", "shipments").stderr


class TestPreview:
    """`preview`."""

    def test_says_which_routes_would_be_notified(self, cloud: Cloud, shipped: str, tmp_path: Path) -> None:
        """EventBridge judges the patterns, also those that look into an update's changes."""
        (order,) = [row for row in answer(cloud, "orders", "--all") if row["orderId"] == shipped]
        routes = [
            {"name": "here", "notify": {"outpostId": [order["outpostId"]]}},
            {"name": "elsewhere", "notify": {"outpostId": ["op-0123456789abcdef0"]}},
            {"name": "discoveries", "notify": {"changes": {"detailType": ["Outposts Order Discovered"]}}},
        ]
        file = tmp_path / "notifier.json"
        file.write_text(json.dumps({"notify": {"changes": {"orderStatus": ["ERROR"]}}, "routes": routes}))
        found = answer(cloud, "preview", "--configuration", str(file))["messages"]
        (message,) = [each for each in found if each["facts"]["Order"] == shipped]
        assert message["routes"] == ["here", "discoveries"]
        assert "here, discoveries" in run(cloud, "preview", "--configuration", str(file)).stdout
        assert {each["routes"] for each in answer(cloud, "preview")["messages"]} == {None}


class TestDoctor:
    """`doctor`."""

    def test_finds_no_problem_without_notifying_anybody(self, cloud: Cloud) -> None:
        """Every part is checked, and the secret is not shown."""
        before = len(cloud.slack_messages)
        ran = run(cloud, "doctor", "--json")
        checks = json.loads(ran.stdout)
        assert {check["verdict"] for check in checks} <= {"ok", "warn"}
        assert ran.returncode == 0
        assert {"stack", "schedules", "rules", "Slack's webhook", "subscriptions", "alarms", "pending events"} <= {
            check["name"] for check in checks
        }
        assert "/services/" not in ran.stdout
        assert len(cloud.slack_messages) == before

    def test_names_what_is_wrong_and_what_to_do(self, cloud: Cloud) -> None:
        """A disabled schedule, an alarm that fires, an invalid secret, and an order that cannot be read."""
        alarm = "OutpostsOrderNotifier-PendingEvents"
        create_order(cloud)
        control_plane(cloud).put_faults({"GetOrder": {"error": "AccessDeniedException"}})
        cloud.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="a test")
        try:
            with secret(cloud, "MARKER0SECRET"), schedules_off(cloud):
                ran = run(cloud, "doctor", "--json")
        finally:
            control_plane(cloud).put_faults({})
            cloud.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="over")
        assert ran.returncode == 1
        failed = {check["name"]: check for check in json.loads(ran.stdout) if check["verdict"] == "fail"}
        assert {"schedules", "Slack's secret", f"alarm {alarm}"} <= failed.keys()
        (poll,) = [check for name, check in failed.items() if name.startswith("poll ")]
        assert poll["todo"] == "Allow outposts:ListOrders and outposts:GetOrder for the role that reads"
        assert all(check["todo"] for check in failed.values())
        assert "MARKER0SECRET" not in ran.stdout + ran.stderr


class TestMistakes:
    """One line on stderr reports an error; the exit code is not 0, and stdout is empty."""

    @pytest.mark.parametrize(
        ("arguments", "error"),
        [
            (["show", "oo-0123456789abcdef0"], "no poll has seen the order oo-0123456789abcdef0"),
            (["events", "nothing"], "no poll has seen the order nothing. `orders --all` lists the known orders"),
            (["orders", "--region", "eu-west-3"], "the stack OutpostsOrderNotifier was not found in eu-west-3"),
            (["orders", "--profile", "nobody"], "--profile nobody: The config profile (nobody) could not be found"),
            (["order"], "No such command 'order'"),
        ],
    )
    def test_it_is_named(self, cloud: Cloud, arguments: list[str], error: str) -> None:
        """With what to do."""
        ran = run(cloud, *arguments)
        assert (ran.returncode != 0, ran.stdout) == (True, "")
        (line,) = ran.stderr.splitlines()
        assert line.startswith("error: ")
        assert error in line


@contextmanager
def secret(cloud: Cloud, text: str) -> Iterator[None]:
    """Replace Slack's secret for a `with` block."""
    secrets, name = cloud.client("secretsmanager"), "outposts-order-notifier/slack"
    before = secrets.get_secret_value(SecretId=name)["SecretString"]
    secrets.put_secret_value(SecretId=name, SecretString=text)
    try:
        yield
    finally:
        secrets.put_secret_value(SecretId=name, SecretString=before)


@contextmanager
def schedules_off(cloud: Cloud) -> Iterator[None]:
    """Disable the schedules for a `with` block."""
    scheduler = cloud.client("scheduler")
    names = [schedule["Name"] for schedule in scheduler.list_schedules()["Schedules"]]
    kept = ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")
    before = [scheduler.get_schedule(Name=name) for name in names]
    for schedule in before:
        scheduler.update_schedule(**{key: schedule[key] for key in kept}, State="DISABLED")
    try:
        yield
    finally:
        for schedule in before:
            scheduler.update_schedule(**{key: schedule[key] for key in kept}, State="ENABLED")
