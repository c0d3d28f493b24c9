"""The check that deploying the current template over a released one loses nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

from reference.upgrades import KEPT, NAMED, unchangeable

Json = dict[str, Any]

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-dynamodb-gsi.html
INDEX = ("KeySchema", "Projection")


def hindrances(released: Json, today: Json) -> Iterator[str]:
    """Describe what an upgrade to the current template would lose, and what to do instead.

    Args:
        released: What must be kept of the release (`kept`).
        today: The same for the current template with the same configuration.
    """
    for name, old in released["Resources"].items():
        new = today["Resources"].get(name)
        if old["Type"] in NAMED:
            yield from _moved(name, old, today["Resources"])
        elif new is None or new["Type"] != old["Type"]:
            yield (
                f"{name} ({old['Type']}) is no longer in the template: an upgrade would lose {KEPT[old['Type']]}. "
                "Keep its construct's id and place"
            )
        else:
            yield from _changed(name, old, new)
    for name in released["Outputs"]:
        if name not in today["Outputs"]:
            yield f"the output {name} is missing: other stacks and tools read it. Keep it"


def _changed(name: str, old: Json, new: Json) -> Iterator[str]:
    before, after = old["Properties"], new["Properties"]
    for key in unchangeable(old["Type"]):
        if before.get(key) != after.get(key):
            yield (
                f"{name}'s {key} would change from {before.get(key)} to {after.get(key)}: CloudFormation would replace "
                f"it, which loses {KEPT[old['Type']]}. Leave it as it was, or add another resource"
            )
    indexes, today = _indexes(before), _indexes(after)
    for index in indexes.keys() & today.keys():
        for key in INDEX:
            if indexes[index][key] != today[index][key]:
                yield (
                    f"{name}'s index {index} changes its {key} from {indexes[index][key]} to {today[index][key]}. "
                    "CloudFormation cannot change an index: leave it as it was, add one with another name in one "
                    "release, and remove the old one in a later one"
                )
    if len(different := indexes.keys() ^ today.keys()) > 1:
        yield (
            f"{name}'s indexes {', '.join(sorted(different))} are added or removed at once: DynamoDB can do one per "
            "update. Spread them over releases, and document through which ones an upgrade must go"
        )


def _moved(name: str, old: Json, resources: Mapping[str, Json]) -> Iterator[str]:
    """Describe another resource's use of the name: CloudFormation creates the new one first, which fails."""
    key = NAMED[old["Type"]]
    for other, new in resources.items():
        same = new["Type"] == old["Type"] and new["Properties"].get(key) == old["Properties"].get(key)
        if same and other != name:
            yield (
                f"{other} has the name {old['Properties'][key]} of {name}: CloudFormation creates the new one before "
                "it deletes the old one, which fails. Keep the construct's id, or choose another name"
            )


def _indexes(properties: Json) -> dict[str, Json]:
    return {index["IndexName"]: index for index in properties.get("GlobalSecondaryIndexes", [])}
