"""The current template over each released one, by rules of CloudFormation that an emulator does not check."""

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from outposts_order_notifier.cdk.local_cloud import LocalCloud
from reference.upgrades import kept
from testing.released import VERSIONS, Release
from testing.synthesis import template_of
from testing.upgrades import hindrances

Json = dict[str, Any]

TABLE = "SnapshotsTableAE12316E"


@pytest.fixture(scope="module")
def released() -> Json:
    """What must be kept of the first release."""
    return Release(VERSIONS[0]).resources


@pytest.mark.parametrize("version", VERSIONS)
def test_the_template_can_be_deployed_over_a_released_one(version: str) -> None:
    """A released configuration is still valid, and no resource with data is replaced or removed."""
    released = Release(version).resources
    today = kept(template_of(released["Notifier"]).to_json())
    assert list(hindrances(released, today)) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_each_resource_of_a_release_has_the_same_logical_id(version: str) -> None:
    """Another one would make CloudFormation create the resource again, though nothing about it has changed."""
    released = Release(version)
    today = template_of(released.resources["Notifier"], local_cloud=LocalCloud("http://127.0.0.1:9")).to_json()
    assert json.loads(released.template)["Resources"].keys() <= today["Resources"].keys()


def properties(today: Json, resource_type: str) -> Json:
    """Return the properties of the first resource of a type."""
    found: Json = next(each for each in today["Resources"].values() if each["Type"] == resource_type)["Properties"]
    return found


def widen_index(today: Json) -> None:
    """Let the index carry another attribute."""
    today["Resources"][TABLE]["Properties"]["GlobalSecondaryIndexes"][0]["Projection"]["NonKeyAttributes"] += ["parts"]


def rename_index(today: Json) -> None:
    """Rename the index: one index is removed, and another one is added."""
    today["Resources"][TABLE]["Properties"]["GlobalSecondaryIndexes"][0]["IndexName"] = "BySourceAndStatus"


def sort_index(today: Json) -> None:
    """Sort the index differently."""
    today["Resources"][TABLE]["Properties"]["GlobalSecondaryIndexes"][0]["KeySchema"][1]["AttributeName"] = "status"


def change_table_key(today: Json) -> None:
    """Give the table a sort key."""
    today["Resources"][TABLE]["Properties"]["KeySchema"] += [{"AttributeName": "part", "KeyType": "RANGE"}]


def rename_construct(today: Json) -> None:
    """Move the table to another place in the stack."""
    today["Resources"]["StorageTable12345678"] = today["Resources"].pop(TABLE)


def rename_bus(today: Json) -> None:
    """Rename the bus."""
    properties(today, "AWS::Events::EventBus")["Name"] = "outposts"


def make_queue_fifo(today: Json) -> None:
    """Make a queue FIFO."""
    properties(today, "AWS::SQS::Queue")["FifoQueue"] = True


def make_topic_fifo(today: Json) -> None:
    """Make the topic FIFO."""
    properties(today, "AWS::SNS::Topic")["FifoTopic"] = True


def rename_parameter(today: Json) -> None:
    """Rename the parameter of the bus's name or ARN."""
    properties(today, "AWS::SSM::Parameter")["Name"] = "/outposts/bus"


def move_alarm(today: Json) -> None:
    """Give an alarm's name to another resource."""
    name = next(name for name, each in today["Resources"].items() if each["Type"] == "AWS::CloudWatch::Alarm")
    today["Resources"]["Another"] = today["Resources"].pop(name)


def drop_output(today: Json) -> None:
    """Remove an output."""
    today["Outputs"].remove("EventBusArn")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (widen_index, rf"{TABLE}'s index BySource changes its Projection from .* add one with another name"),
        (sort_index, r"changes its KeySchema from .* cannot change an index"),
        (rename_index, r"indexes BySource, BySourceAndStatus are added or removed at once"),
        (change_table_key, rf"{TABLE}'s KeySchema would change from .* loses its items"),
        (rename_construct, rf"{TABLE} .* no longer in the template: an upgrade would lose its items"),
        (rename_bus, r"Name would change from outposts-order-notifier to outposts: .* its subscribers' rules"),
        (make_queue_fifo, r"FifoQueue would change from None to True: .* its messages"),
        (make_topic_fifo, r"FifoTopic would change from None to True: .* its subscriptions"),
        (rename_parameter, r"its name, which other stacks use to read it"),
        (move_alarm, r"Another has the name OutpostsOrderNotifier-\w+ of \w+:"),
        (drop_output, r"the output EventBusArn is missing"),
    ],
)
def test_what_cannot_change_in_place_is_named(released: Json, change: Callable[[Json], None], message: str) -> None:
    """The message says what changed, what an upgrade would lose, and what to do instead."""
    today = copy.deepcopy(released)
    change(today)
    (hindrance,) = hindrances(released, today)
    assert re.search(message, hindrance), hindrance


def test_an_index_may_be_added_beside_another(released: Json) -> None:
    """That is how to change one."""
    today = copy.deepcopy(released)
    indexes = today["Resources"][TABLE]["Properties"]["GlobalSecondaryIndexes"]
    indexes.append({**indexes[0], "IndexName": "BySourceAndStatus"})
    assert list(hindrances(released, today)) == []


def test_an_alarm_may_be_removed(released: Json) -> None:
    """Nothing is lost with it."""
    today = copy.deepcopy(released)
    move_alarm(today)
    del today["Resources"]["Another"]
    assert list(hindrances(released, today)) == []
