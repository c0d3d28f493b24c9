"""The channels that there are."""

import os
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

from outposts_order_notifier.notify.channel import Channel, ChannelOfRoute
from outposts_order_notifier.notify.channels import amazon_q, slack, sns, webhook
from outposts_order_notifier.notify.routes import DEFAULT, routes_of
from outposts_order_notifier.runtime.observability import logger

CHANNELS: tuple[ModuleType, ...] = (sns, amazon_q, slack, webhook)


def open_channels(route: str = DEFAULT) -> Iterator[Channel[Any]]:
    """Return the channels of a route that the function's environment configures."""
    if route and route not in routes_of(os.environ):
        # Nobody is left to be notified: the message was sent before the route was removed.
        logger.warning("The configuration no longer has this route", route=route)
        return
    variables = variables_of(route, os.environ)
    for each in CHANNELS:
        if channel := each.open_channel(variables):
            yield ChannelOfRoute(route, channel) if route else channel


def variables_of(route: str, variables: Mapping[str, str]) -> Mapping[str, str]:
    """Return the function's variables as a route's channels read them: its own settings instead of the default's."""
    if not route:
        return variables
    shared = {name: value for name, value in variables.items() if not is_setting(name)}
    return {**shared, **routes_of(variables)[route]}


def is_setting(variable: str) -> bool:
    """Return whether a variable configures a single route's channel, rather than all channels."""
    return any(variable in each.SETTINGS for each in CHANNELS)


def parts(name: str) -> Iterator[ModuleType]:
    """Import the module of this name from each channel that has one; not for functions, whose packages lack them."""
    for each in CHANNELS:
        try:
            yield import_module(f"{each.__name__}.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"{each.__name__}.{name}":
                raise
