"""Secrets of channels, read from Secrets Manager."""

from typing import cast

from aws_lambda_powertools.utilities.parameters import get_secret
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from outposts_order_notifier.notify.channel import ChannelError

SECRET_SECONDS = 60  # a new secret takes effect soon


def read_secret(name: str) -> str | bytes:
    """Return a secret's value.

    Raises:
        ChannelError: It cannot be read.
    """
    try:
        return cast("str | bytes", get_secret(name, max_age=SECRET_SECONDS))
    except GetParameterError as error:
        raise ChannelError(f"the secret {name} cannot be read: {error}") from error
