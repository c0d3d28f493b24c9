"""Secrets of channels, read from Secrets Manager."""

import time
from functools import lru_cache

from botocore.exceptions import BotoCoreError, ClientError

from outposts_order_notifier.notify.channel import ChannelError
from outposts_order_notifier.runtime import clients

SECRET_SECONDS = 60  # a new secret takes effect soon
SECRETS = 100  # kept at most; a secret of an earlier minute is dropped first


def read_secret(name: str) -> str | bytes:
    """Return a secret's value, read at most once a minute.

    Raises:
        ChannelError: It cannot be read.
    """
    try:
        return _read(name, int(time.monotonic() / SECRET_SECONDS))
    except (BotoCoreError, ClientError) as error:
        raise ChannelError(f"the secret {name} cannot be read: {error}") from error


@lru_cache(maxsize=SECRETS)
def _read(name: str, _minute: int) -> str | bytes:
    secret = clients.secrets_manager().get_secret_value(SecretId=name)
    return secret.get("SecretString") or secret["SecretBinary"]


def forget() -> None:
    """Forget all secrets, so that the next call reads them again."""
    _read.cache_clear()
