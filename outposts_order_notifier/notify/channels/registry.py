"""The channels that there are."""

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

from outposts_order_notifier.notify.channel import Channel
from outposts_order_notifier.notify.channels import amazon_q, slack, sns, webhook

CHANNELS: tuple[ModuleType, ...] = (sns, amazon_q, slack, webhook)


def open_channels() -> Iterator[Channel[Any]]:
    """Return the channels that the function's environment configures."""
    for each in CHANNELS:
        if channel := each.open_channel():
            yield channel


def parts(name: str) -> Iterator[ModuleType]:
    """Import the module of this name from each channel that has one; not for functions, whose packages lack them."""
    for each in CHANNELS:
        try:
            yield import_module(f"{each.__name__}.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"{each.__name__}.{name}":
                raise
