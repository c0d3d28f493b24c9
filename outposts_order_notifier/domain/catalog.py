"""Catalog items in words. Pure."""

from collections.abc import Mapping
from typing import Any


def describe(item_class: str, item: Mapping[str, Any]) -> str:
    """Return a catalog item in a few words: `rack, 4 × m5.24xlarge and 2 × c5.24xlarge`.

    Args:
        item_class: `RACK` or `SERVER`, which ListCatalogItems filters by and does not return.
        item: The catalog item as the API returns it, with `EC2Capacities`.
            https://docs.aws.amazon.com/outposts/latest/APIReference/API_CatalogItem.html
    """
    capacities = [
        f"{each['Quantity']} × {each['Family']}.{each['MaxSize']}"
        for each in item.get("EC2Capacities", [])
        if {"Quantity", "Family", "MaxSize"} <= each.keys()
    ]
    return ", ".join([item_class.lower(), *([" and ".join(capacities)] if capacities else [])])
