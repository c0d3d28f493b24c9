"""The footprints of the released versions, as written by `make release`."""

import json
from base64 import b64decode
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from outposts_order_notifier.store.items import Item

Json = dict[str, Any]

FOLDER = Path(__file__).parent.parent / "tests" / "releases"
VERSIONS = sorted((path.name for path in FOLDER.iterdir()), key=lambda name: [int(part) for part in name.split(".")])


@dataclass(frozen=True)
class Release:
    """A released version's footprint.

    Attributes:
        version: Such as `0.1.0`.
    """

    version: str

    @property
    def template(self) -> str:
        """The template for the local cloud, JSON."""
        return (FOLDER / self.version / "template.json").read_text("utf-8")

    @cached_property
    def resources(self) -> Json:
        """What an upgrade must keep of its template for AWS, and the `Notifier` configuration behind it."""
        resources: Json = json.loads((FOLDER / self.version / "resources.json").read_text("utf-8"))
        return resources

    @cached_property
    def data(self) -> Json:
        """The API's `orders`, the items `snapshots` and `told`, and each `Outposts Order Updated` it `published`."""
        data: Json = json.loads((FOLDER / self.version / "data.json").read_text("utf-8"), object_hook=_with_bytes)
        return data

    def items(self, table: str) -> list[Item]:
        """Return the items of the snapshot table, `snapshots`, or of the idempotency table, `told`."""
        items: list[Item] = self.data[table]
        return items


def _with_bytes(value: Json) -> Json:
    return {"B": b64decode(value["B"])} if value.keys() == {"B"} else value
