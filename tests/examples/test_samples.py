"""The samples in examples/events: valid, with ids of their own, as AWS's tools read them, and those of the package."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from outposts_order_notifier.cdk.event_schemas import DETAIL_TYPES
from outposts_order_notifier.domain.events import SOURCE
from reference.__main__ import SAMPLES
from reference.samples import SITUATIONS
from testing.event_bridge import EventBridge
from testing.event_schemas import check_event
from testing.example_files import EXAMPLES, Json, sample, sample_events

FOLDER = EXAMPLES / "events"
NAMES = [each.name for each in SITUATIONS]


def envelope(name: str) -> Json:
    """Read a whole event, as the AWS CLI does whatever the machine's encoding."""
    event: Json = json.loads((FOLDER / "envelopes" / f"{name}.json").read_text("ascii"))
    return event


def references(value: object) -> Iterator[str]:
    """Yield every order's id in an event."""
    if isinstance(value, str) and value.startswith("oo-"):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from references(each)


class TestFiles:
    """Which files there are."""

    def test_each_situation_has_both_and_there_are_no_others(self) -> None:
        """Neither an old situation's file remains, nor is one missing."""
        assert {path.stem for path in FOLDER.glob("[a-z]*.json")} == {*NAMES}
        assert {path.stem for path in (FOLDER / "envelopes").iterdir()} == {*NAMES}

    @pytest.mark.parametrize("name", ["order-completed", "shipped", "line-item-replaced", "line-item-failed"])
    def test_published_names_stay(self, name: str) -> None:
        """Version 0.1.0 had them."""
        assert (FOLDER / f"{name}.json").exists()

    def test_the_package_has_the_same_events(self) -> None:
        """So `trigger` needs no clone."""
        packaged = json.loads(SAMPLES.read_text("ascii"))
        assert [(each["name"], each["event"]) for each in packaged] == [(name, envelope(name)) for name in NAMES]


class TestSamples:
    """What is in them."""

    def test_every_one_is_valid(self) -> None:
        """By its type's schema, without further keys."""
        events = sample_events()
        assert len(events) == 2 * len(NAMES) + len(DETAIL_TYPES)
        for event in events.values():
            check_event(event)

    def test_every_type_has_several_situations_where_there_are_several(self) -> None:
        """The types with one are those whose events do not differ."""
        counts = Counter(str(each.detail_type) for each in SITUATIONS)
        assert counts.keys() == set(map(str, DETAIL_TYPES))
        single = {each.removeprefix("Outposts ") for each, number in counts.items() if number == 1}
        differ_by_ids = {"Line Item Added", "Line Item Removed", "Replacement Linked"}
        assert single == differ_by_ids | {"Order Overdue", "Order Missing", "Order Reappeared"}

    @pytest.mark.parametrize("name", NAMES)
    def test_an_entry_is_its_event_marked_as_a_test(self, name: str) -> None:
        """PutEvents accepts it as it is; everything else is what the notifier published."""
        entry, event = sample(name), envelope(name)
        detail = json.loads(entry["Detail"])
        assert entry.keys() == {"EventBusName", "Source", "DetailType", "Resources", "Detail"}
        assert (entry["EventBusName"], entry["Source"], entry["DetailType"]) == (SOURCE, SOURCE, event["detail-type"])
        assert entry["Resources"] == event["resources"]
        assert detail == {**event["detail"], "eventId": detail["eventId"], "test": True}
        assert EventBridge().put_events(Entries=[entry])["FailedEntryCount"] == 0

    def test_no_two_share_an_id(self) -> None:
        """A consumer that deduplicates processes each of them, and one that keeps state by order keeps them apart."""
        events = [envelope(name) for name in NAMES]
        details = [event["detail"] for event in events]
        own_ids = {each["eventId"] for each in details}
        marked = {json.loads(sample(name)["Detail"])["eventId"] for name in NAMES}
        assert len({event["id"] for event in events}) == len({each["orderId"] for each in details}) == len(NAMES)
        assert len(own_ids | marked) == 2 * len(NAMES)
        named = Counter(order for each in details for order in {*references(each)})
        assert [order for order, number in named.items() if number > 1] == []

    def test_their_ids_look_like_nobodys(self) -> None:
        """A person sees that such an order does not exist."""
        orders = {order for name in NAMES for order in references(envelope(name))}
        assert [order for order in orders if not order.startswith("oo-00000000000000")] == []

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("order-discovered-baseline", {"baseline": True, "sequence": 1}),
            ("order-updated-baseline", {"baseline": True, "sequence": 2}),
            ("order-discovered-without-outpost", {"outpostId": None}),
            ("order-discovered-replacement", {"orderType": "REPLACEMENT"}),
            ("order-completed-after-stall", {"status": "COMPLETED", "wasStalled": True}),
            ("order-status-unknown", {"status": "AWAITING_PERMIT"}),
            ("line-item-status-unknown", {"status": "AWAITING_POWER"}),
            ("shipment-withdrawn", {"shipment": None}),
        ],
    )
    def test_a_situation_is_what_its_name_says(self, name: str, expected: Json) -> None:
        """The keys that distinguish it."""
        detail = envelope(name)["detail"]
        assert {key: detail[key] for key in expected} == expected

    @pytest.mark.parametrize(
        ("name", "keys"),
        [
            ("line-item-replaced", set()),
            ("line-item-replaced-by", {"replacedBy"}),
            ("line-item-replaced-twice", {"replacedBy", "currentReplacement"}),
        ],
    )
    def test_a_replacement_is_known_or_not(self, name: str, keys: set[str]) -> None:
        """Consumers see all three."""
        detail = envelope(name)["detail"]
        assert detail["status"] == "REPLACED"
        assert {"replacedBy", "currentReplacement"} & detail.keys() == keys

    @pytest.mark.parametrize(
        ("name", "path"),
        [
            ("line-item-status-truncated", ("status",)),
            ("shipment-truncated", ("shipment", "trackingNumber")),
            ("order-amended-truncated", ("amendments", 0, "value")),
        ],
    )
    def test_a_value_may_be_truncated(self, name: str, path: tuple[str | int, ...]) -> None:
        """It is an object, where consumers expect text."""
        value = envelope(name)["detail"]
        for key in path:
            value = value[key]
        assert value["truncated"] is True


def test_the_readme_lists_every_situation() -> None:
    """With a link to its file, which other tests follow."""
    readme = Path(FOLDER / "README.md").read_text("utf-8")
    assert [name for name in NAMES if f"[`{name}`]({name}.json)" not in readme] == []
