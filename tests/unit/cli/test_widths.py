"""The tables of the commands on a terminal of 100 columns, with the longest values that are realistic."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from outposts_order_notifier.cli import doctor, events, notification, poll, replay
from outposts_order_notifier.cli.orders import life_of, row_of, show_life, show_orders, tables_of
from outposts_order_notifier.cli.preview import _show
from outposts_order_notifier.cli.terminal import JOINING, Form, Json, show_table
from outposts_order_notifier.cli.watch import Look, Step, changes, drawn
from outposts_order_notifier.domain.event_types import CHANGES, UPDATED
from outposts_order_notifier.domain.events import Observation
from outposts_order_notifier.domain.lineage import Lineage, links_of
from outposts_order_notifier.domain.snapshot import Snapshot, observe

WIDTH = 100
NOW = "2026-11-24T12:30:00Z"
ACCOUNT, OTHER_ACCOUNT = "111122223333", "222233334444"
OUTPOST, OTHER_OUTPOST = "op-0b8420582f2ac7afb", "op-0bcd76ba6247c41ed"
LONG = "The plant in Llanfairpwllgwyngyll, hall 4, second row from the door"

Printed = Callable[..., list[str]]


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Printed:
    """Return the lines that a function prints on such a terminal, none of which is too long for it."""
    for name, value in {"COLUMNS": str(WIDTH), "TERM": "xterm", "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)

    def run(show: Callable[..., None], *arguments: object) -> list[str]:
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        show(*arguments)
        lines = [line.rstrip() for line in re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out).splitlines()]
        assert max(map(len, lines)) <= WIDTH
        return lines

    return run


def an_order(number: int, *statuses: str, **members: Any) -> Json:
    """Return an order with a line item in each of these statuses."""
    items = [
        {"LineItemId": f"ooi-{index:017x}", "CatalogItemId": "OR-RACKM5A", "Quantity": 1, "Status": status}
        for index, status in enumerate(statuses)
    ]
    order = {"OrderId": f"oo-{number:017x}", "OutpostId": OUTPOST, "OrderType": "OUTPOST", "Status": "IN_PROGRESS"}
    return {**order, "LineItems": items, **members}


def observed(*states: tuple[str, Json], account: str = ACCOUNT, region: str = "eu-west-1") -> Snapshot:
    """Return the snapshot of an order that was read in these states at these times."""
    found: Snapshot | None = None
    for at, order in states:
        found = observe(found, order, Observation(account, region, at), b"") or found
    assert found
    return found


class TestOrders:
    """`orders`."""

    def rows(self) -> list[Json]:
        """Return orders of two accounts and regions."""
        states = [
            (an_order(1, *["IN_PROGRESS"] * 3, *["SHIPPED"] * 5), ACCOUNT, "eu-west-1"),
            (an_order(2, "BUILDING", OutpostId=OTHER_OUTPOST), OTHER_ACCOUNT, "ap-southeast-2"),
            (an_order(3, "PREPARING", Status="PREPARING"), ACCOUNT, "eu-west-1"),
        ]
        return [
            {
                **row_of(observed(("2026-11-24T12:20:00Z", order), account=account, region=region), NOW),
                "eventsPending": 0,
            }
            for order, account, region in states
        ]

    @pytest.mark.parametrize("name", ["", LONG])
    def test_a_row_is_one_line_with_whole_ids(self, printed: Printed, name: str) -> None:
        """Account and region are above the table, as they are the same for all of an Outpost's orders."""
        names = {OUTPOST: name, ACCOUNT: name} if name else {}
        lines = printed(show_orders, self.rows(), names)
        tables = [line for line in lines if re.fullmatch("─+", line)]
        assert len(lines) == len(self.rows()) + 4 * len(tables)
        assert len(tables) == 2
        for number in (1, 2, 3):
            (row,) = (line for line in lines if f"oo-{number:017x}" in line)
            assert ("The plant in Llanfa…" if name and number != 2 else OUTPOST[:3]) in row
        assert lines[1] == (f"The plant in Llanfa… ({ACCOUNT}), eu-west-1" if name else f"{ACCOUNT}, eu-west-1")
        assert f"{OTHER_ACCOUNT}, ap-southeast-2" in lines

    def test_many_statuses_are_folded_between_them(self, printed: Printed) -> None:
        """A number stays beside its status, and the note of a stalled order beside both."""
        statuses = ["IN_PROGRESS"] * 3 + ["SHIPPED"] * 5 + ["DELIVERED", "INSTALLING", "BUILDING"]
        row = {**row_of(observed((NOW, an_order(1, *statuses))), NOW), "stalled": True}
        text = " ".join(" ".join(printed(show_orders, [row], {})).split())
        for each in (
            "IN_PROGRESS 0 seconds 3 IN_PROGRESS, stalled,",
            "5 SHIPPED",
            "1 DELIVERED",
            "1 INSTALLING",
            "1 BUILDING",
            "stalled",
        ):
            assert each in text

    def test_a_column_without_values_is_omitted(self, printed: Printed) -> None:
        """Most orders have no notes; a table without rows shows what there could be."""
        assert "Notes" not in "".join(printed(show_orders, self.rows(), {}))
        assert "Notes" in "".join(printed(show_table, [], {"Order": "orderId", "Notes": "notes"}))


def shipped_in_three_steps(number: int = 1, **members: Any) -> Snapshot:
    """Return an order of eight line items, which took the same steps at the same times."""
    shipment = {"ShipmentCarrier": "DHL", "ShipmentTrackingNumber": "1234567890"}
    shipped = an_order(number, *["SHIPPED"] * 8, **members)
    for item in shipped["LineItems"]:
        item |= {"ShipmentInformation": shipment, "AssetInformationList": [{"AssetId": "1234567890"}] * 2}
    return observed(
        ("2026-11-20T12:00:00.123Z", an_order(number, *["PREPARING"] * 8, Status="PREPARING", **members)),
        ("2026-11-21T12:00:00.123Z", an_order(number, *["BUILDING"] * 8, **members)),
        ("2026-11-22T12:00:00.123Z", shipped),
    )


class TestShow:
    """`show`."""

    def test_equal_steps_of_line_items_share_a_line(self, printed: Printed) -> None:
        """So an order of eight line items fits on a screen."""
        life = life_of(shipped_in_three_steps(), NOW, Lineage())
        for item in life["lineItems"]:
            item["assets"] = item["assets"][:1]
        lines = printed(show_life, life, {OUTPOST: LONG, ACCOUNT: LONG})
        assert len(lines) <= 25
        steps = [line.split()[1:] for line in lines if line.startswith("2026-")]
        assert steps == [
            ["order", "PREPARING", "1", "day"],
            ["all", "8", "line", "items", "PREPARING", "1", "day"],
            ["order", "IN_PROGRESS", "3", "days", "until", "now"],
            ["all", "8", "line", "items", "BUILDING", "1", "day"],
            ["all", "8", "line", "items", "SHIPPED", "2", "days", "until", "now"],
        ]
        assert [line.split()[:2] for line in lines if " ooi-" in line] == [
            [str(number), f"ooi-{number - 1:017x}"] for number in range(1, 9)
        ]
        assert lines[-2:] == [
            "Shipments",
            "1-8: https://www.dhl.com/global-en/home/tracking.html?tracking-id=1234567890",
        ]

    def test_other_steps_have_the_ids_or_numbers_of_their_line_items(self, printed: Printed) -> None:
        """One line item has its id, several have their numbers."""
        before = ["PREPARING"] * 5
        first = an_order(1, *before)
        second = an_order(1, "BUILDING", "BUILDING", "PREPARING", "ERROR", "BUILDING")
        snapshot = observed(("2026-11-20T12:00:00Z", first), ("2026-11-21T12:00:00Z", second))
        lines = printed(show_life, life_of(snapshot, NOW, Lineage()), {})
        steps = {line.split("   ")[1].strip() for line in lines if line.startswith("2026-")}
        assert steps == {
            "order",
            "line items 1-2, 4-5",  # PREPARING, for a day
            f"ooi-{2:017x}",  # PREPARING until now
            "line items 1-2, 5",
            f"ooi-{3:017x}",
        }

    def test_a_line_item_that_was_removed_keeps_its_steps(self, printed: Printed) -> None:
        """It has no number any more, so it is not counted with the others."""
        first, second = an_order(1, "PREPARING", "PREPARING"), an_order(1, "PREPARING")
        snapshot = observed(("2026-11-20T12:00:00Z", first), ("2026-11-21T12:00:00Z", second))
        lines = printed(show_life, life_of(snapshot, NOW, Lineage()), {})
        assert all("2 line items" not in line for line in lines)
        assert any(f"ooi-{0:017x}" in line for line in lines if line.startswith("2026-"))

    def test_assets_and_replacements_are_folded_between_ids(self, printed: Printed) -> None:
        """Even if the replacement was replaced in turn."""
        orders = [
            an_order(1, "REPLACED"),
            an_order(2, "REPLACED"),
            an_order(3, "SHIPPED"),
        ]
        for previous, order in pairwise(orders):
            order["LineItems"][0] |= {
                "PreviousOrderId": previous["OrderId"],
                "PreviousLineItemId": previous["LineItems"][0]["LineItemId"],
            }
        lineage = Lineage(link for order in orders for link in links_of(order))
        lines = printed(show_life, life_of(shipped_in_three_steps(1), NOW, lineage), {})
        text = "\n".join(lines)
        assert text.count("1234567890") == 8 * 2 + 1
        assert {"Replaced", "Current"} <= set(text.split())
        for number in (1, 2, 3):
            assert f"oo-{number:017x}" in text


class TestPreview:
    """`preview`."""

    def test_orders_and_events_are_one_line_each_and_messages_are_folded_between_words(self, printed: Printed) -> None:
        """A message is a sentence; the ids stay whole."""
        orders = [shipped_in_three_steps(number) for number in (1, 2)]
        rows = [row_of(each, NOW) for each in orders]
        detail_types = ["Outposts Line Item Shipment Change", "Outposts Order Updated"]
        events = [
            {"detail": {"orderId": row["orderId"], "sequence": 12}, "detail-type": each}
            for row in rows
            for each in detail_types
        ]
        says = {"text": "New order, submitted 25 Nov 2026; Ordered: 8 racks, 4 × m5.24xlarge and 2 × c5.24xlarge"}
        messages = [
            {"facts": {"Order": row["orderId"]}, "headline": "Dublin plant: 8 racks ordered", "lines": [says]}
            for row in rows
        ]
        lines = printed(
            _show,
            rows,
            events,
            [{**each, "baseline": False, "routes": ["top level", "dublin-plant-and-head-office"]} for each in messages],
            {OUTPOST: LONG},
        )
        shown = [line for line in lines if re.match("oo-", line)]
        assert len(shown) == len(rows) + len(events) + len(messages)
        first, second = (
            next(index for index, line in enumerate(lines) if line == title)
            for title in ("2 orders", "4 events would be published")
        )
        assert second - first == 3 + len(rows) + 1


class TestEvents:
    """`events`."""

    def test_each_event_is_one_line(self, printed: Printed) -> None:
        """Of any type, with the longest change of status, and published twice."""
        rows = [
            {
                "sequence": 1_000 + number,
                "publishedAt": "2026-11-25T00:08:14Z",
                "times": 2,
                "detailType": str(detail_type),
                "lineItemId": f"ooi-{number:017x}",
                "previousStatus": "IN_PROGRESS",
                "status": "COMPLETED",
            }
            for number, detail_type in enumerate([*CHANGES, UPDATED])
        ]
        lines = printed(show_table, rows, events.COLUMNS, "Order oo-0123456789abcdef0")
        assert [line.split()[0] for line in lines[4:]] == [str(row["sequence"]) for row in rows]
        assert lines[4].split()[1:4] == ["2026-11-25", "00:08:14", "×2"]
        assert "IN_PROGRESS → COMPLETED" in "\n".join(lines)


class TestReplay:
    """`replay`."""

    def test_each_event_is_one_line(self, printed: Printed) -> None:
        """Of any type, with its whole id."""
        found = [
            {
                "detail-type": str(detail_type),
                "detail": {
                    "sequence": 1_000,
                    "observedAt": "2026-11-25T00:09:13.636Z",
                    "eventId": "03c532ac-e462-5229-b8f9-da38e068227c",
                },
            }
            for detail_type in [*CHANGES, UPDATED]
        ]

        def show() -> None:
            replay._show("oo-0123456789abcdef0", found, Form.TABLE, sent=True)

        assert len(printed(show)[4:]) == len(found)


class TestPoll:
    """`poll`."""

    def test_a_source_is_one_line(self, printed: Printed) -> None:
        """With the counts of the largest organization's source."""
        counts = ("ordersListed", "ordersRead", "ordersChanged", "eventsPublished", "eventsPending", "ordersLeft")
        summary = {"source": f"{ACCOUNT}/ap-southeast-2", **dict.fromkeys(counts, 10_000), "failures": [1] * 10_000}
        assert len(printed(show_table, [summary], poll.COLUMNS)) == 3


class TestNotification:
    """`test-notification`."""

    def test_errors_are_folded(self, printed: Printed) -> None:
        """The channels stay whole."""
        errors = ["slack: Slack answered 404 no_service: create the webhook again, and put it into the secret"] * 2
        result = {"sample": "line-item-status", "told": ["amazon_q", "slack", "sns", "webhook"], "errors": errors}
        lines = printed(show_table, [result], notification.COLUMNS)
        assert "amazon_q, slack, sns, webhook" in lines[2]
        assert " ".join(" ".join(line[50:] for line in lines[2:]).split()).count("404 no_service") == 2


class TestDoctor:
    """`doctor`."""

    def test_sentences_are_folded(self, printed: Printed) -> None:
        """An ARN, too, if it is longer than its column."""
        role = "arn:aws:iam::123456789012:role/team/outposts/OutpostsOrderNotifierReader"
        checks = [
            {
                "name": f"poll ap-southeast-2 {role}",
                "verdict": "fail",
                "found": f"AccessDenied: User {role} is not authorized to perform outposts:ListOrders",
                "todo": "Name the poll function's role and the configured external id in the role's trust policy",
            }
        ]
        lines = printed(show_table, checks, doctor.COLUMNS)
        names = [line[: lines[0].index("Found")].replace("fail", "") for line in lines[2:]]
        assert "".join("".join(names).split()) == f"pollap-southeast-2{role}"


class TestWatch:
    """`orders --watch`."""

    def test_marks_what_has_changed(self, printed: Printed) -> None:
        """Beside the order; the latest change comes first, and what is gone is shown once more."""
        first, second, third = (
            row_of(observed((f"2026-11-24T12:2{number}:00Z", an_order(number, "SHIPPED"))), NOW) for number in (1, 2, 3)
        )
        before = Look("2026-11-24T12:29:00Z", [first, second], {OUTPOST: LONG})
        now = Look(NOW, [{**first, "status": "ERROR", "secondsInStatus": 0}, third], {OUTPOST: LONG})
        step = Step(now, before, changes(before.rows, now.rows), "AccessDenied")

        def show() -> None:
            Console(width=WIDTH, no_color=True).print(drawn(step, tables_of, WIDTH, 30))

        lines = printed(show)
        marks = {line.split()[1]: line.split()[0] for line in lines if "oo-" in line}
        assert [*marks.items()] == [
            (third["orderId"], "+"),
            (second["orderId"], "-"),
            (first["orderId"], "*"),
        ]
        assert lines[-2:] == [
            "2 orders at 12:30:00 UTC; + new, * changed, - gone since 12:29:00 UTC. Every 30 s; Ctrl-C ends it",
            "The latest look failed: AccessDenied",
        ]


@pytest.mark.parametrize("text", ["👨\u200d👩\u200d👧", "🏳\ufe0f\u200d🌈", "👩🏽\u200d💻", "⚠\ufe0f", "☃", "日本", "é"])
def test_every_terminal_agrees_about_the_width_of_a_cell(printed: Printed, text: str) -> None:
    """A terminal that does not join emoji adds the widths of the characters; the next column begins after these."""
    lines = printed(
        show_table, [{"name": text, "id": "oo-1"}, {"name": "Dublin", "id": "oo-1"}], {"N": "name", "I": "id"}
    )
    joined, plain = (sum(map(cell_len, line[: line.index("oo-1")])) for line in lines[-2:])
    assert joined == plain
    assert not JOINING.search(lines[-2])
