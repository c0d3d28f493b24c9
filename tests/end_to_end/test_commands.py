"""The local cloud's command line."""

import hashlib
import json
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import boto3
import pytest
import urllib3
from werkzeug import Request, Response

from local.outposts.simulator import OutpostsSimulator
from local.server import Server
from local.slack import SlackReceiver
from tests.end_to_end.conftest import ROOT, eventually, free_port, left_in, run, start, subscribe, up

SIGNING_SECRET = "a-secret-of-this-test-alone"  # noqa: S105 - only this test's endpoint has it
LOOPBACK = "0100007F"  # 127.0.0.1 as in /proc/net/tcp


def listening(processes: list[int]) -> list[str]:
    """Return the addresses and ports on which processes listen, in hexadecimal as in /proc/net/tcp."""
    sockets = set()
    for process in processes:
        for descriptor in Path(f"/proc/{process}/fd").glob("*"):
            with suppress(OSError):  # closed in the meantime
                sockets.add(descriptor.readlink().name)
    tables = "\n".join(Path(f"/proc/net/{name}").read_text() for name in ("tcp", "tcp6"))
    rows = [row.split() for row in tables.splitlines() if " 0A " in row]
    return [row[1] for row in rows if f"socket:[{row[9]}]" in sockets]


def hmac_sha256(key: bytes, message: bytes) -> str:
    """Return the HMAC of a message as RFC 2104 defines it, computed without the module that the product uses."""
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).hexdigest()


class TestUp:
    """`python -m local up`."""

    def test_works_with_another_outposts_endpoint_slack_and_configuration(self, tmp_path: Path) -> None:
        """Each option replaces what is built in; a configuration other than the demo's is deployed.

        No port accepts connections from other machines.
        """
        configuration = tmp_path / "notifier.json"
        configuration.write_text(json.dumps({"announceExistingOrders": True}))
        simulator, receiver = OutpostsSimulator(), SlackReceiver()
        with Server(simulator) as outposts, Server(receiver) as slack:
            order = simulator._account.operations["CreateOrder"](
                {
                    "OutpostIdentifier": outpost_of(outposts.url),
                    "PaymentOption": "NO_UPFRONT",
                    "LineItems": [{"CatalogItemId": "OR-RACKM5A"}],
                }
            )["Order"]
            webhook = f"{slack.url}/services/T1/B1/x"
            arguments = ["--outposts-endpoint", outposts.url, "--slack-webhook", webhook, "--config", configuration]
            with up(tmp_path, *map(str, arguments)) as cloud:
                assert cloud.printed.startswith("Starting the AWS emulator and the mailbox\n")
                assert cloud.environment["AWS_ENDPOINT_URL_OUTPOSTS"] == outposts.url
                assert cloud.poll()["eventsPublished"] == 2
                assert eventually(lambda: [each for each in receiver.messages if order["OrderId"] in each["text"]])
                (board,) = re.findall(r"Board +(http\S+)", cloud.printed)
                assert order["OrderId"] in urllib3.request("GET", board).data.decode()
                addresses = listening(left_in(tmp_path))
                assert len(addresses) > 1
                assert {address.partition(":")[0] for address in addresses} == {LOOPBACK}
                cloud.process.send_signal(signal.SIGTERM)  # `up` checks what remains

    def test_a_bot_has_a_thread_for_each_order_and_a_webhook_receives_a_signed_post(self, tmp_path: Path) -> None:
        """The bot posts a card and replies with the observation; the webhook receives the event's detail."""
        configuration = tmp_path / "notifier.json"
        slack = {"secretName": "outposts/slack", "channel": "#outposts"}
        webhook = {"secretName": "outposts/webhook"}
        configuration.write_text(json.dumps({"announceExistingOrders": True, "slack": slack, "webhook": webhook}))
        posted: list[tuple[dict[str, str], bytes]] = []

        @Request.application
        def endpoint(request: Request) -> Response:
            posted.append((dict(request.headers), request.get_data()))
            return Response(status=204)

        with Server(endpoint) as server, up(tmp_path, "--config", str(configuration)) as cloud:
            secret = {"url": f"{server.url}/orders", "signingSecret": SIGNING_SECRET}
            cloud.client("secretsmanager").put_secret_value(
                SecretId=webhook["secretName"], SecretString=json.dumps(secret)
            )
            bus = subscribe(cloud, "updates", {"detail-type": ["Outposts Order Updated"]})
            outpost = outpost_of(cloud.environment["AWS_ENDPOINT_URL_OUTPOSTS"])
            items = [{"CatalogItemId": "OR-RACKM5A"}]
            client = cloud.client("outposts")
            client.create_order(OutpostIdentifier=outpost, PaymentOption="NO_UPFRONT", LineItems=items)
            messages = eventually(lambda: len(cloud.slack_messages) > 1 and cloud.slack_messages)
            card, reply = messages
            assert card["text"].endswith(" is PREPARING")
            assert card["metadata"]["event_type"] == "outposts_order_card"
            assert "thread_ts" in reply
            assert reply["text"].endswith(" is PREPARING: new order")
            checks = {check["name"]: check for check in json.loads(run(cloud, "doctor", "--json").stdout)}
            assert checks["Slack's bot"]["verdict"] == "ok", checks["Slack's bot"]
            assert checks["webhook's secret"]["found"] == "outposts/webhook signs for 127.0.0.1"
            (event,) = eventually(bus.received)
            ((headers, body),) = eventually(lambda: posted)
            cloud.process.send_signal(signal.SIGKILL)  # `up` checks what remains
        assert json.loads(body) == event["detail"]
        assert headers["Outposts-Event-Type"] == event["detail-type"]
        assert headers["Outposts-Event-Id"] == event["detail"]["eventId"]
        signed = headers["Outposts-Timestamp"].encode() + b"." + body
        assert headers["Outposts-Signature"] == f"sha256={hmac_sha256(SIGNING_SECRET.encode(), signed)}"
        assert abs(time.time() - int(headers["Outposts-Timestamp"])) < 300

    @pytest.mark.parametrize(
        ("configuration", "error"),
        [
            ({"pollEveryMinute": 5}, "notifier.pollEveryMinute: unknown key; allowed: sources, organization, "),
            (None, "it must be a JSON file"),
        ],
    )
    def test_an_invalid_configuration_is_reported_in_one_line(
        self, tmp_path: Path, configuration: dict[str, int] | None, error: str
    ) -> None:
        """Nothing is started, and the line says what is wrong and what is allowed."""
        path = tmp_path / "notifier.json"
        if configuration is not None:
            path.write_text(json.dumps(configuration))
        process = start(tmp_path, "--config", str(path))
        assert process.wait(timeout=60) == 1
        (line,) = (tmp_path / "printed").read_text().splitlines()
        assert line.startswith("error: ")
        assert error in line

    @pytest.mark.parametrize(
        ("arguments", "error"),
        [
            (["--port", "99999"], "error: 99999 is not a port; choose one from 1 to 65535"),
            (
                ["--config", str(ROOT / "tests" / "end_to_end" / "list.json")],
                "must contain the `notifier`",
            ),
            (
                ["--outputs", "nowhere/outputs.json"],
                "--outputs nowhere/outputs.json: the folder nowhere does not exist",
            ),
        ],
    )
    def test_an_invalid_option_is_reported_before_anything_starts(
        self, tmp_path: Path, arguments: list[str], error: str
    ) -> None:
        """One line names the option and what it should be."""
        process = start(tmp_path, *arguments)
        assert process.wait(timeout=60) == 1
        (line,) = (tmp_path / "printed").read_text().splitlines()
        assert error in line

    def test_a_port_in_use_is_reported(self, tmp_path: Path) -> None:
        """The other program is not affected."""
        with socket.create_server(("127.0.0.1", free_port())) as taken:
            port = taken.getsockname()[1]
            process = start(tmp_path, "--port", str(port))
            assert process.wait(timeout=60) == 1
        assert f"error: port {port} is in use; choose another" in (tmp_path / "printed").read_text()


class TestDemo:
    """`python -m local demo`, which is what `make demo` runs."""

    @pytest.mark.parametrize("day", ["0", "-1", "nan", "inf"])
    def test_a_day_without_length_is_reported_before_anything_starts(self, day: str) -> None:
        """One line names the option and what it should be."""
        command = [sys.executable, "-m", "local", "demo", "--seconds-per-day", day]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - our own command line
        assert (ran.returncode, ran.stdout) == (1, "")
        assert ran.stderr == f"error: --seconds-per-day {float(day)}: must be a number above 0\n"


def outpost_of(url: str) -> str:
    """Return an Outpost of the simulator at an address."""
    outpost: str = boto3.client("outposts", endpoint_url=url).list_outposts()["Outposts"][0]["OutpostId"]
    return outpost
