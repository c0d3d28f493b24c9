"""A burst of transitions, far more than Slack accepts."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from local.outposts.control_plane import ControlPlane
from local.outposts.simulator import OutpostsSimulator
from local.server import Server
from local.slack import SlackReceiver
from tests.end_to_end.conftest import eventually, subscribe, up

ORDERS, LINE_ITEMS = 500, 10
SAMPLE = 60  # of the orders, in `make test`
ORDER_ID = re.compile(r"oo-[0-9a-f]{17}")
DRAINED_SECONDS = 400


def an_order(number: int, status: str) -> dict[str, Any]:
    """Return an order of ten line items, all in one status."""
    items = [{"LineItemId": f"ooi-{number:08x}{item:09x}", "Status": status} for item in range(LINE_ITEMS)]
    return {"OrderId": f"oo-{number:017x}", "OutpostId": "op-1", "Status": "IN_PROGRESS", "LineItems": items}


def put_orders(url: str, orders: int, status: str) -> None:
    """Create this many orders with all their line items in a status."""
    control_plane = ControlPlane(url)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: control_plane.put_order(an_order(number, status)), range(orders)))


def named(texts: list[str]) -> Counter[str]:
    """Count in how many texts each order is named."""
    return Counter(order_id for text in texts for order_id in set(ORDER_ID.findall(text)))


class TestFlood:
    """5,000 line items that change at once, in 500 orders; fewer in `make test`."""

    def test_it_drains_without_loss_or_repetition_at_slacks_pace(self, exhaustive: bool, tmp_path: Path) -> None:
        """Each transition is on the bus, and each channel reports each order once, Slack in digests."""
        orders = ORDERS if exhaustive else SAMPLE
        receiver = SlackReceiver()
        with Server(OutpostsSimulator()) as outposts, Server(receiver) as slack:
            webhook = f"{slack.url}/services/T1/B1/x"
            with up(tmp_path, "--outposts-endpoint", outposts.url, "--slack-webhook", webhook) as cloud:
                put_orders(outposts.url, orders, "BUILDING")
                assert cloud.poll()["failures"] == []
                bus = subscribe(cloud, "flood", {"source": ["outposts-order-notifier"]})
                put_orders(outposts.url, orders, "SHIPPED")
                cloud.poll()
                assert eventually(lambda: len(bus.received()) >= orders * (LINE_ITEMS + 1), DRAINED_SECONDS)
                every = {f"oo-{number:017x}" for number in range(orders)}
                assert eventually(lambda: named(texts(receiver)).keys() == every, DRAINED_SECONDS)
                assert eventually(lambda: len(cloud.mails) >= orders, DRAINED_SECONDS)
                mails = named([mail["subject"] for mail in cloud.mails])
        kinds = Counter(event["detail-type"] for event in bus.taken.values())
        assert kinds == {"Outposts Line Item Status Change": orders * LINE_ITEMS, "Outposts Order Updated": orders}
        assert set(named(texts(receiver)).values()) == set(mails.values()) == {1}
        assert mails.keys() == every
        assert len(receiver.messages) < orders / 2
        # About one message a second; latency may bring two a little closer together.
        assert len(receiver.times) - 1 <= receiver.times[-1] - receiver.times[0] + 1


def texts(receiver: SlackReceiver) -> list[str]:
    """Return the whole content of each Slack message as one text."""
    return [str(message["blocks"]) for message in receiver.messages]
