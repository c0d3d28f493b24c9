"""An order's life, from the Outposts API to the people and machines that are told."""

import json

import urllib3

from local.outposts.control_plane import ControlPlane
from tests.end_to_end.conftest import Cloud, Json, Subscriber, eventually


def create_order(cloud: Cloud) -> Json:
    """Order a rack over the Outposts API."""
    outposts = cloud.client("outposts")
    outpost = outposts.list_outposts()["Outposts"][0]["OutpostId"]
    items = [{"CatalogItemId": "OR-RACKM5A", "Quantity": 1}, {"CatalogItemId": "OR-RACKR5A", "Quantity": 1}]
    order: Json = outposts.create_order(OutpostIdentifier=outpost, PaymentOption="NO_UPFRONT", LineItems=items)["Order"]
    return order


def events_of(order: Json, bus: Subscriber, detail_type: str) -> list[Json]:
    """The details of an order's events of one type that have arrived."""
    return [
        event["detail"]
        for event in bus.received()
        if event["detail-type"] == detail_type and event["detail"]["orderId"] == order["OrderId"]
    ]


class TestOrder:
    """The whole way, on the deployed stack."""

    def test_a_new_order_is_told_without_waiting_for_the_schedule(self, cloud: Cloud, bus: Subscriber) -> None:
        """CreateOrder, as a trail records it, polls at once: the event, the Slack message and the mail follow."""
        order = create_order(cloud)
        (discovered,) = eventually(lambda: events_of(order, bus, "Outposts Order Discovered"))
        assert (discovered["baseline"], discovered["sequence"]) == (False, 1)
        assert discovered["order"]["LineItems"] == order["LineItems"]
        headline = f"Order {order['OrderId']} for Outpost {order['OutpostId']} is PREPARING: new order"
        (message,) = eventually(lambda: [each for each in cloud.slack_messages if each["text"] == headline])
        assert message["blocks"][0]["text"]["text"] == headline
        (mail,) = eventually(lambda: [each for each in cloud.mails if each["subject"] == headline])
        assert order["OutpostId"] in mail["text"]

    def test_a_replaced_line_item_is_told_to_those_who_filter_for_it(
        self, cloud: Cloud, bus: Subscriber, topic: Subscriber
    ) -> None:
        """The status change is on the bus, with the link; the topic's filter policy lets this one message through."""
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
        (told,) = eventually(topic.received)
        assert (told["orderId"], told["lineItemCountsByStatus"]) == (order["OrderId"], {"REPLACED": 1, "SHIPPED": 1})

    def test_each_order_is_numbered_without_gaps(self, cloud: Cloud, bus: Subscriber) -> None:
        """Whatever arrived of an order so far is 1, 2, 3 …, each with its own event id."""
        order = create_order(cloud)
        cloud.client("outposts").cancel_order(OrderId=order["OrderId"])
        cloud.poll()
        assert eventually(lambda: events_of(order, bus, "Outposts Order Updated"))
        numbers: dict[str, list[int]] = {}
        for event in bus.received():
            numbers.setdefault(event["detail"]["orderId"], []).append(event["detail"]["sequence"])
        assert order["OrderId"] in numbers
        assert all(sorted(each) == list(range(1, len(each) + 1)) for each in numbers.values())

    def test_the_dashboards_widget_shows_it(self, cloud: Cloud) -> None:
        """The function that the dashboard names, called as CloudWatch's console does, draws the order."""
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

    def test_a_channel_that_is_down_delays_no_other_and_is_told_later(self, cloud: Cloud, bus: Subscriber) -> None:
        """Slack answers 503 for a while: the mail comes once and at once, the Slack message comes once, later."""
        (receiver,) = [line for line in cloud.printed.split() if line.endswith("/_receiver/messages")]
        answer = {"status": 503, "body": "service_unavailable", "times": 1}
        put(receiver.replace("messages", "answer"), answer)
        order = create_order(cloud)
        assert eventually(lambda: events_of(order, bus, "Outposts Order Updated"))
        assert eventually(lambda: [each for each in cloud.slack_messages if order["OrderId"] in each["text"]])
        assert len([each for each in cloud.mails if order["OrderId"] in each["subject"]]) == 1
        assert len([each for each in cloud.slack_messages if order["OrderId"] in each["text"]]) == 1


def put(url: str, body: Json) -> None:
    """Send JSON to a control address."""
    assert urllib3.request("PUT", url, json=body).status == 204


class TestAlarm:
    """An alarm of the stack, whose change of state CloudWatch reports on the default bus."""

    def test_is_reported_once_it_has_cleared_and_not_while_it_is_merely_new(self, cloud: Cloud) -> None:
        """The rule knows the alarm, transforms the event, and the topic takes it to mail and Slack."""
        (alarm,) = cloud.client("cloudwatch").describe_alarms(AlarmNames=["OutpostsOrderNotifier-DeadLetters"])[
            "MetricAlarms"
        ]
        cloud.client("events").put_events(
            Entries=[state_change(alarm, previous, f"from {previous}") for previous in ("INSUFFICIENT_DATA", "ALARM")]
        )
        (message,) = eventually(
            lambda: [each for each in cloud.slack_messages if alarm["AlarmName"] in str(each["text"])]
        )
        assert "from ALARM" in json.dumps(message["blocks"])
        assert alarm["AlarmDescription"][:40] in json.dumps(message["blocks"])
        mails = [each for each in cloud.mails if alarm["AlarmName"] in each["text"]]
        assert ["from ALARM" in each["text"] for each in mails] == [True]


def state_change(alarm: Json, previous: str, reason: str) -> Json:
    """Make an entry for PutEvents of an alarm that has become OK."""
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
