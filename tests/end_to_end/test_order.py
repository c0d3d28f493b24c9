"""An order's history, from the Outposts API to the people and programs that are notified."""

import json

from local.outposts.control_plane import ControlPlane
from tests.end_to_end.conftest import Cloud, Json, Subscriber, eventually, slack_answers


def create_order(cloud: Cloud) -> Json:
    """Order a rack through the Outposts API."""
    outposts = cloud.client("outposts")
    outpost = outposts.list_outposts()["Outposts"][0]["OutpostId"]
    items = [{"CatalogItemId": "OR-RACKM5A", "Quantity": 1}, {"CatalogItemId": "OR-RACKR5A", "Quantity": 1}]
    order: Json = outposts.create_order(OutpostIdentifier=outpost, PaymentOption="NO_UPFRONT", LineItems=items)["Order"]
    return order


def events_of(order: Json, bus: Subscriber, detail_type: str) -> list[Json]:
    """Return the details of the events of one type about an order that have arrived."""
    return [
        event["detail"]
        for event in bus.received()
        if event["detail-type"] == detail_type and event["detail"]["orderId"] == order["OrderId"]
    ]


class TestOrder:
    """The whole path, on the deployed stack."""

    def test_a_new_order_is_reported_without_waiting_for_the_schedule(self, cloud: Cloud, bus: Subscriber) -> None:
        """A CreateOrder call that a trail recorded causes a poll at once: event, Slack message and e-mail follow.

        The pages of the local cloud show them.
        """
        order = create_order(cloud)
        (discovered,) = eventually(lambda: events_of(order, bus, "Outposts Order Discovered"))
        assert (discovered["baseline"], discovered["sequence"]) == (False, 1)
        assert discovered["order"]["LineItems"] == order["LineItems"]
        headline = "Racks of the head office: 2 racks ordered"
        (message,) = eventually(lambda: slack_about(cloud, order))
        assert message["text"] == headline
        assert message["blocks"][0]["text"]["text"] == f"📝 {headline}"
        (mail,) = eventually(lambda: mails_about(cloud, order))
        assert mail["subject"] == headline
        assert mail["text"].startswith(f"{headline}.\n")
        assert order["OutpostId"] in mail["text"]
        for name in ("Board", "Slack", "E-mails"):
            assert order["OrderId"] in cloud.page(name)

    def test_a_replaced_line_item_is_reported_to_those_who_filter_for_it(
        self, cloud: Cloud, bus: Subscriber, topic: Subscriber
    ) -> None:
        """The status change is on the bus, with the link; the topic's filter policy passes only this message."""
        order = create_order(cloud)
        assert eventually(lambda: events_of(order, bus, "Outposts Order Discovered"))
        control_plane = ControlPlane(cloud.environment["AWS_ENDPOINT_URL_OUTPOSTS"])
        replaced = order["LineItems"][0]["LineItemId"]
        control_plane.update_order(
            order["OrderId"], {"LineItems": {item["LineItemId"]: {"Status": "SHIPPED"} for item in order["LineItems"]}}
        )
        cloud.poll()
        replacement = control_plane.replace_line_item(order["OrderId"], replaced)
        cloud.poll()
        changes = eventually(
            lambda: [
                detail
                for detail in events_of(order, bus, "Outposts Line Item Status Change")
                if detail["status"] == "REPLACED"
            ]
        )
        assert [(change["lineItemId"], change["previousStatus"]) for change in changes] == [(replaced, "SHIPPED")]
        (discovered,) = eventually(lambda: events_of(replacement, bus, "Outposts Order Discovered"))
        assert discovered["orderType"] == "REPLACEMENT"
        assert discovered["order"]["LineItems"][0]["PreviousLineItemId"] == replaced
        (linked,) = eventually(lambda: events_of(replacement, bus, "Outposts Replacement Linked"))
        assert linked["previous"] == {"orderId": order["OrderId"], "lineItemId": replaced}
        (sent,) = eventually(topic.received)
        assert (sent["orderId"], sent["lineItemCountsByStatus"]) == (order["OrderId"], {"REPLACED": 1, "SHIPPED": 1})

    def test_each_order_is_numbered_without_gaps(self, cloud: Cloud, bus: Subscriber) -> None:
        """The events of an order so far are numbered 1, 2, 3 …, each with a different event id."""
        order = create_order(cloud)
        cloud.client("outposts").cancel_order(OrderId=order["OrderId"])
        cloud.poll()
        assert eventually(lambda: events_of(order, bus, "Outposts Order Updated"))

        def numbers() -> list[int]:  # events arrive in any order
            details = [event["detail"] for event in bus.received()]
            return sorted(each["sequence"] for each in details if each["orderId"] == order["OrderId"])

        assert eventually(lambda: numbers() == list(range(1, len(numbers()) + 1)))

    def test_the_dashboards_widget_shows_it(self, cloud: Cloud) -> None:
        """The function named in the dashboard draws the order if it is called like CloudWatch's console does."""
        order = create_order(cloud)
        cloud.poll()
        dashboard = cloud.client("cloudwatch").get_dashboard(DashboardName="OutpostsOrderNotifier")["DashboardBody"]
        (endpoint,) = [
            widget["properties"]["endpoint"]
            for widget in json.loads(dashboard)["widgets"]
            if widget["type"] == "custom"
        ]
        call = json.dumps({"widgetContext": {"theme": "light", "forms": {"all": {}}, "params": {}}})
        answer = cloud.client("lambda").invoke(FunctionName=endpoint, Payload=call.encode())
        assert order["OrderId"] in json.load(answer["Payload"])

    def test_a_channel_that_is_down_delays_no_other_and_is_notified_later(self, cloud: Cloud, bus: Subscriber) -> None:
        """Slack answers 503 for a while: the e-mail comes once, at once, and the Slack message once, later."""
        slack_answers(cloud.slack_url, times=1)
        order = create_order(cloud)
        assert eventually(lambda: events_of(order, bus, "Outposts Order Updated"))
        assert eventually(lambda: slack_about(cloud, order))
        assert len(mails_about(cloud, order)) == 1
        assert len(slack_about(cloud, order)) == 1


def slack_about(cloud: Cloud, order: Json) -> list[Json]:
    """Return the Slack messages that name an order."""
    return [each for each in cloud.slack_messages if order["OrderId"] in str(each)]


def mails_about(cloud: Cloud, order: Json) -> list[Json]:
    """Return the e-mails that name an order."""
    return [each for each in cloud.mails if order["OrderId"] in each["text"]]


class TestAlarm:
    """An alarm of the stack whose change of state CloudWatch reports on the default bus."""

    def test_is_reported_once_it_has_cleared_and_not_when_it_is_only_new(self, cloud: Cloud) -> None:
        """The rule matches the alarm and transforms the event, and the topic sends it by e-mail and to Slack."""
        (alarm,) = cloud.client("cloudwatch").describe_alarms(AlarmNames=["OutpostsOrderNotifier-DeadLetters"])[
            "MetricAlarms"
        ]
        cloud.client("events").put_events(
            Entries=[state_change(alarm, previous, f"from {previous}") for previous in ("INSUFFICIENT_DATA", "ALARM")]
        )
        (message,) = eventually(
            lambda: [each for each in cloud.slack_messages if alarm["AlarmName"] in str(each["text"])]
        )
        assert "from ALARM" in json.dumps(message)
        assert alarm["AlarmDescription"][:40] in json.dumps(message)
        mails = [each for each in cloud.mails if alarm["AlarmName"] in each["text"]]
        assert ["from ALARM" in each["text"] for each in mails] == [True]


def state_change(alarm: Json, previous: str, reason: str) -> Json:
    """Return a PutEvents entry about an alarm that has become OK."""
    return {
        "Source": "local.cloudwatch",
        "DetailType": "CloudWatch Alarm State Change",
        "Resources": [alarm["AlarmArn"]],
        "Detail": json.dumps(
            {
                "alarmName": alarm["AlarmName"],
                "configuration": {"description": alarm["AlarmDescription"], "metrics": []},
                "previousState": {"value": previous, "timestamp": "2026-10-02T17:00:40.989+0000", "reason": "before"},
                "state": {"value": "OK", "timestamp": "2026-10-02T17:04:40.989+0000", "reason": reason},
            }
        ),
    }
