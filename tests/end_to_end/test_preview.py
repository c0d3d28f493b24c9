"""`python -m notifier preview`, with only the Outposts API, without a deployment."""

import json
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import boto3
import pytest
from werkzeug import Request, Response

from local.outposts.control_plane import ControlPlane
from local.outposts.simulator import OutpostsSimulator
from local.server import Server
from outposts_order_notifier.cli.folder import FILE_NAME
from testing import command_line
from testing.event_schemas import check_event
from testing.outposts_of_accounts import OutpostsOfAccounts
from tests.end_to_end.conftest import ROOT, inherited

Json = dict[str, Any]

OWN, OTHER, MEMBER = "777788889999", "111122223333", "444455556666"
# The account of each access key: of the environment, of a profile, and of a role that the profile assumed.
ACCOUNTS = {"testing": OWN, "PROFILE": OTHER, f"ROLE-FOR-{OTHER}": MEMBER}


@Request.application
def sts(request: Request) -> Response:
    """Return the account of the caller's key, or a key of a role that it assumed."""
    caller = ACCOUNTS[request.headers["Authorization"].partition("Credential=")[2].split("/")[0]]
    answers = {
        "GetCallerIdentity": f"<Account>{caller}</Account>",
        "AssumeRole": f"<Credentials><AccessKeyId>ROLE-FOR-{caller}</AccessKeyId><SecretAccessKey>x</SecretAccessKey>"
        "<SessionToken>x</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>",
    }
    action = request.form["Action"]
    result = f"<{action}Result>{answers[action]}</{action}Result>"
    return Response(f"<{action}Response>{result}</{action}Response>", content_type="text/xml")


@dataclass(frozen=True)
class Account:
    """An account that only has orders."""

    url: str
    sts_url: str

    def create_order(self) -> str:
        """Order a rack, and return the order's id."""
        client = boto3.client("outposts", endpoint_url=self.url)
        outpost = client.list_outposts()["Outposts"][0]["OutpostId"]
        items: Any = [{"CatalogItemId": "OR-RACKM5A", "Quantity": 1}]
        order = client.create_order(OutpostIdentifier=outpost, PaymentOption="NO_UPFRONT", LineItems=items)
        return order["Order"]["OrderId"]

    def move(self, order_id: str, status: str) -> None:
        """Act as AWS."""
        ControlPlane(self.url).update_order(order_id, {"Status": status})

    def preview(self, *arguments: str, **variables: str) -> command_line.Ran:
        """Run the command to its end, inside this process."""
        return command_line.run("preview", *arguments, environment={**self._environment(), **variables})

    def start(self, *arguments: str, before: Sequence[str] = ()) -> "subprocess.Popen[str]":
        """Start the command in a process that a test can end, optionally with options before it on the command line."""
        return subprocess.Popen(  # noqa: S603 - our own command line
            [*before, sys.executable, "-m", "notifier", "preview", *arguments],
            cwd=ROOT,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _environment(self) -> dict[str, str]:
        endpoints = {"AWS_ENDPOINT_URL_OUTPOSTS": self.url, "AWS_ENDPOINT_URL_STS": self.sts_url}
        return {**inherited(), "AWS_REGION": "eu-west-1", **endpoints}


@pytest.fixture
def account() -> Iterator[Account]:
    """An account without orders."""
    with Server(OutpostsSimulator()) as outposts, Server(sts) as tokens:
        yield Account(outposts.url, tokens.url)


def error_of(ran: command_line.Ran) -> str:
    """Return the line that a command that failed printed."""
    assert ran.code == 1
    (line,) = [line for line in ran.err.splitlines() if not line.startswith("Watching ")]
    return line


def ended(process: "subprocess.Popen[str]") -> command_line.Ran:
    """Let a command end, and return what it printed."""
    out, err = process.communicate(timeout=300)
    return command_line.Ran(process.returncode, out, err)


def next_events(output: IO[str] | None, number: int) -> list[Json]:
    """Read this many lines, each of which is an event as a rule's target receives it."""
    assert output
    events = [json.loads(output.readline()) for _ in range(number)]
    for event in events:
        check_event(event)
    return events


class TestSinglePreview:
    """Without `--watch`."""

    def test_shows_orders_events_and_messages_and_keeps_nothing(self, account: Account) -> None:
        """A second preview shows the same again."""
        order_id = account.create_order()
        for _ in range(2):
            shown = json.loads(account.preview("--json").out)
            assert [order["orderId"] for order in shown["orders"]] == [order_id]
            assert [event["detail-type"] for event in shown["events"]] == [
                "Outposts Order Discovered",
                "Outposts Order Updated",
            ]
            for event in shown["events"]:
                check_event(event)
                assert (event["version"], event["account"], event["region"]) == ("0", OWN, "eu-west-1")
                assert uuid.UUID(event["id"]) != uuid.UUID(event["detail"]["eventId"])
            assert [message["headline"] for message in shown["messages"]] == [
                "Racks of the head office: 1 rack ordered"
            ]
            assert [message["facts"]["Order"] for message in shown["messages"]] == [order_id]

    def test_works_with_another_outposts_endpoint_if_the_account_is_unknown(self, account: Account) -> None:
        """As with a simulator and no credentials: the account is zeros, as a line says."""
        account.create_order()
        ran = account.preview("--json", AWS_ENDPOINT_URL_STS="http://127.0.0.1:1")
        assert {event["account"] for event in json.loads(ran.out)["events"]} == {"000000000000"}
        assert ran.err.startswith("Could not determine the AWS account (")

    def test_with_a_folder_the_next_one_shows_what_is_new(self, account: Account, tmp_path: Path) -> None:
        """In a table as well as in JSON."""
        order_id = account.create_order()
        account.preview("--folder", str(tmp_path))
        account.move(order_id, "IN_PROGRESS")
        out = account.preview("--folder", str(tmp_path)).out
        assert "Outposts Order Status Change" in out
        assert "Order: being prepared → in progress" in out
        assert "Discovered" not in out

    @pytest.mark.parametrize(
        ("arguments", "whose"), [([], OTHER), (["--role-arn", f"arn:aws:iam::{MEMBER}:role/Reader"], MEMBER)]
    )
    def test_a_profile_takes_precedence_over_keys_in_the_environment(
        self, tmp_path: Path, arguments: list[str], whose: str
    ) -> None:
        """Its own orders are read, or those of a role that it may assume."""
        outposts, credentials = OutpostsOfAccounts(ACCOUNTS.__getitem__), tmp_path / "credentials"
        credentials.write_text("[other]\naws_access_key_id = PROFILE\naws_secret_access_key = x\n")
        for number, account in enumerate(ACCOUNTS.values()):
            outposts.put_order(account, "eu-west-1", number)
        with Server(outposts) as server, Server(sts) as tokens:
            ran = Account(server.url, tokens.url).preview(
                "--json", "--profile", "other", *arguments, AWS_SHARED_CREDENTIALS_FILE=str(credentials)
            )
        assert ran.code == 0, ran.err
        (order,) = json.loads(ran.out)["orders"]
        assert (order["account"], order["orderId"]) == (whose, f"oo-{list(ACCOUNTS.values()).index(whose):017x}")

    @pytest.mark.parametrize(
        ("arguments", "error"),
        [
            (["--region", "eu-wst-1"], "--region eu-wst-1 is not an AWS region; did you mean eu-west-1?"),
            (["--role-arn", "Reader"], "--role-arn Reader is not an ARN such as arn:aws:iam:"),
            (["--external-id", "x"], "--external-id needs --role-arn"),
            (["--profile", "nobody"], "--profile nobody: The config profile (nobody) could not be found"),
            (["--intervall", "5"], "No such option: --intervall"),
            (["--folder", "/dev/null/x"], "--folder /dev/null/x cannot be used"),
        ],
    )
    def test_a_mistake_is_reported_in_one_line(self, account: Account, arguments: list[str], error: str) -> None:
        """The line names what was passed; stdout stays empty."""
        ran = account.preview(*arguments)
        assert ran.code != 0
        assert ran.out == ""
        last = ran.err.splitlines()[-1]
        assert last.startswith("error: ")
        assert error in last

    def test_an_api_that_refuses_fails_the_command(self, account: Account) -> None:
        """Its response is shown alone, with the permission that is missing: not after a list of 0 orders."""
        ControlPlane(account.url).put_faults({"ListOrders": {"error": "AccessDeniedException"}})
        for arguments in (["--json"], []):
            ran = account.preview(*arguments)
            assert (ran.code, ran.out) == (1, "")
            assert "error: the orders cannot be listed: AccessDeniedException" in ran.err
            assert "Allow outposts:ListOrders and outposts:GetOrder" in ran.err

    def test_says_which_permission_would_bring_names(self, account: Account) -> None:
        """Orders are shown by their ids meanwhile."""
        account.create_order()
        ControlPlane(account.url).put_faults({"ListOutposts": {"error": "AccessDeniedException"}})
        ran = account.preview()
        assert ran.code == 0
        assert "Ids are shown where outposts:ListOutposts would bring names" in ran.err


class TestFolder:
    """One line reports a problem with `--folder`, and names it."""

    @pytest.mark.parametrize("watch", [[], ["--watch"]])
    def test_one_that_cannot_be_written_any_more(self, account: Account, tmp_path: Path, watch: list[str]) -> None:
        """As if the disk were full: here no file may grow."""
        order_id = account.create_order()
        account.preview("--folder", str(tmp_path))
        account.move(order_id, "IN_PROGRESS")
        full = ("sh", "-c", 'ulimit -f 0 && exec "$@"', "sh")
        line = error_of(ended(account.start("--folder", str(tmp_path), *watch, before=full)))
        assert line.startswith(f"error: the snapshots in {tmp_path} cannot be written: ")
        assert line.endswith("or pass another --folder")

    def test_one_whose_file_is_damaged(self, account: Account, tmp_path: Path) -> None:
        """The folder is writable, so the line does not say otherwise."""
        (tmp_path / FILE_NAME).write_text("no database" * 100)
        line = error_of(account.preview("--folder", str(tmp_path)))
        assert line.startswith(
            f"error: the snapshots in {tmp_path} are damaged: file is not a database. Move {FILE_NAME}"
        )

    def test_one_that_another_preview_uses(self, account: Account, tmp_path: Path) -> None:
        """The second would take away events from the first's reader; the first continues."""
        account.create_order()
        first = account.start("--watch", "--interval", "0.1", "--folder", str(tmp_path))
        next_events(first.stdout, 2)
        for watch in ([], ["--watch"]):
            line = error_of(account.preview("--folder", str(tmp_path), *watch))
            assert line.startswith(f"error: another preview uses {tmp_path}; end it, or")
        account.create_order()
        next_events(first.stdout, 2)
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=300)


class TestWatch:
    """`--watch`."""

    def test_ctrl_c_ends_it_with_whole_lines(self, account: Account, tmp_path: Path) -> None:
        """Exit code 0, and nothing but events on stdout."""
        order_id = account.create_order()
        process = account.start("--watch", "--interval", "0.1", "--folder", str(tmp_path))
        found = next_events(process.stdout, 2)
        account.move(order_id, "IN_PROGRESS")
        found += next_events(process.stdout, 2)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=300)
        assert (process.returncode, rest) == (0, "")
        assert [event["detail"]["sequence"] for event in found] == [1, 2, 3, 4]

    @pytest.mark.parametrize("lines_before", [1, 2, 3, 4])
    def test_a_killed_one_resumes_without_loss(self, account: Account, tmp_path: Path, lines_before: int) -> None:
        """At any point of its output, the next start completes the story; a repeated event has its eventId."""
        orders = [account.create_order(), account.create_order()]
        first = account.start("--watch", "--interval", "0.1", "--folder", str(tmp_path))
        found = next_events(first.stdout, lines_before)
        first.kill()
        first.wait(timeout=300)
        assert first.stdout
        out = first.stdout.read()  # communicate() would skip what was buffered
        found += [json.loads(line) for line in out.splitlines() if line.endswith("}")]
        for order_id in orders:
            account.move(order_id, "CANCELLED")
        second = account.start("--watch", "--interval", "0.1", "--folder", str(tmp_path))
        by_id = {event["detail"]["eventId"]: event for event in found}
        while len(by_id) < 8:
            (event,) = next_events(second.stdout, 1)
            assert by_id.setdefault(event["detail"]["eventId"], event) == event
        second.send_signal(signal.SIGINT)
        second.communicate(timeout=300)
        for order_id in orders:
            details = [event["detail"] for event in by_id.values() if event["detail"]["orderId"] == order_id]
            assert sorted(detail["sequence"] for detail in details) == [1, 2, 3, 4]

    def test_a_disk_that_is_full_ends_it(self, account: Account, tmp_path: Path) -> None:
        """What was not written is printed again."""
        account.create_order()
        full = ("sh", "-c", 'exec "$@" >/dev/full', "sh")
        line = error_of(ended(account.start("--watch", "--folder", str(tmp_path), before=full)))
        assert line.startswith("error: the answer could not be written to stdout: ")
        out = account.preview("--json", "--folder", str(tmp_path)).out
        assert [event["detail"]["sequence"] for event in json.loads(out)["events"]] == [1, 2]

    def test_a_reader_that_goes_away_ends_it(self, account: Account, tmp_path: Path) -> None:
        """As with `| head -1`: no complaint, and what was not read is printed again."""
        account.create_order()
        process = account.start("--watch", "--interval", "0.1", "--folder", str(tmp_path))
        assert process.stdout
        process.stdout.close()
        assert process.stderr
        reported = process.stderr.read()
        assert process.wait(timeout=300) != 0
        assert "Traceback" not in reported
        out = account.preview("--json", "--folder", str(tmp_path)).out
        assert [event["detail"]["sequence"] for event in json.loads(out)["events"]] == [1, 2]
