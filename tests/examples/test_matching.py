"""The matchers that tests use, compared with AWS's own verdicts."""

import json

import pytest

from outposts_order_notifier.cdk.event_pattern import problems
from testing.event_patterns import ENVELOPE, ROWS, Json, Row
from testing.matching import Emulator, moto_matches

# Where the emulator's verdict differs from AWS's. No test uses it for one of these.
EMULATOR_DIFFERS = {
    "a dotted key": "treats an event's dotted key as different from the path",
    "exists not, in an array of objects": "looks at one element, but AWS at all of them",
    "cidr of all": "excludes addresses of version 6 from a block of version 4; event-ruler compares their digits",
    "cidr of version 6 that embeds one of version 4": "distinguishes two versions, but Java treats it as version 4",
    "cidr of version 6 that embeds one of version 4, with a mask of version 6": "as above",
    "larger than numeric goes": "follows event-ruler, which accepts any double; EventBridge's guide does not",
    "lower than numeric goes": "as above",
    "seven decimals": "as above",
    "sixteen digits": "as above",
    "anything-but a number too large": "as above",
    "wildcards of complexity 11": "measures no complexity, which EventBridge limits without publishing how",
    "wildcards of complexity 12": "as above",
    "a wildcard with 40 stars": "as above",
    "four wildcards with three stars each": "as above",
    "a star before ten letters that are the same": "as above",
    "ten wildcards": "as above",
    "anything-but wildcards that are too complex": "as above",
    "ten wildcards of a key inside of $or and beside it": "as above",
    "$or of an object": "accepts it for a key named $or, which no event has, as event-ruler's older compiler does",
    "$or of texts": "as above",
    "$or of match types": "as above",
}
# Where moto's verdict differs from AWS's, besides the kinds of pattern for which `moto_matches` does not use it.
MOTO_DIFFERS = {
    "zero": "in Python, false equals 0",
    "true": "in Python, true equals 1",
    "false": "in Python, false equals 0",
    "values of several types": "in Python, true equals 1",
    "an element of an array": "does not look into a list in a list",
    "a key outside of $or, then inside": "requires both, but AWS keeps the later one",
    "a key inside of $or, then outside": "requires both, but AWS keeps the later one",
}
ACCEPTED = [row for row in ROWS if not row.refused]


def emulator_agrees(emulator: Emulator, row: Row) -> bool:
    """Return whether the emulator has AWS's verdict on a whole row."""
    try:
        emulator.matches(row.pattern, {**ENVELOPE, "detail": {}})
    except emulator.events.exceptions.InvalidEventPatternException:
        return row.refused
    found = [emulator.matches(row.pattern, event) for event, _ in row.verdicts]
    return not row.refused and found == [matches for _, matches in row.verdicts]


def test_the_emulator_differs_from_aws_only_in_these_rows(emulator: Emulator) -> None:
    """Tests that rely on it rely on AWS, except for what is listed here with its reason."""
    assert {row.name for row in ROWS if not emulator_agrees(emulator, row)} == EMULATOR_DIFFERS.keys()


def moto_agrees(row: Row) -> bool | None:
    """Return whether moto has AWS's verdict on all events of a row; None if it is not used for it."""
    try:
        return [moto_matches(row.pattern, event) for event, _ in row.verdicts] == [says for _, says in row.verdicts]
    except NotImplementedError:
        return None


def test_moto_differs_from_aws_only_in_these_rows() -> None:
    """For what it gets wrong, it is either not used, or listed here with its reason."""
    assert {row.name for row in ACCEPTED if moto_agrees(row) is False} == MOTO_DIFFERS.keys()
    assert len([row for row in ACCEPTED if moto_agrees(row)]) >= 40


@pytest.mark.parametrize(
    ("pattern", "detail"),
    [
        ({"detail": {"state": [{"exists": True}]}}, {"state": "x"}),
        ({"$or": [{"detail": {"state": [{"wildcard": "*"}]}}, {"detail": {"state": ["x"]}}]}, {"state": "x"}),
        ({"detail": {"changes": {"status": ["x"]}}}, {"changes": [{"status": "x"}]}),
    ],
    ids=json.dumps,
)
def test_moto_is_not_used_for_what_it_gets_wrong(pattern: Json, detail: Json) -> None:
    """A test that relied on it there would prove nothing."""
    assert [*problems(pattern, "p")] == []
    with pytest.raises(NotImplementedError):
        moto_matches(pattern, {"detail": detail})
