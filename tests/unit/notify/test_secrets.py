"""Secrets of channels, in moto's Secrets Manager."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from outposts_order_notifier.notify.channel import ChannelError
from outposts_order_notifier.notify.secrets import SECRET_SECONDS, forget, read_secret
from outposts_order_notifier.runtime import clients


@pytest.fixture
def manager() -> Iterator[Any]:
    """Secrets Manager without a secret."""
    clients.clear()
    forget()
    with mock_aws():
        yield boto3.client("secretsmanager")
    clients.clear()
    forget()


def test_a_new_value_takes_effect_within_a_minute(manager: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then, the secret is not read again: Secrets Manager bills each call."""
    now = [600.0]
    monkeypatch.setattr("outposts_order_notifier.notify.secrets.time.monotonic", lambda: now[0])
    manager.create_secret(Name="slack", SecretString="old")
    assert read_secret("slack") == "old"
    manager.put_secret_value(SecretId="slack", SecretString="new")
    now[0] += SECRET_SECONDS - 1
    assert read_secret("slack") == "old"
    now[0] += 1
    assert read_secret("slack") == "new"


def test_each_secret_has_its_own_value(manager: Any) -> None:
    """Routes may have secrets of their own; one may be binary."""
    manager.create_secret(Name="first", SecretString="text")
    manager.create_secret(Name="second", SecretBinary=b"bytes")
    assert (read_secret("first"), read_secret("second")) == ("text", b"bytes")


def test_a_secret_that_cannot_be_read_is_an_error_of_its_channel(manager: Any) -> None:
    """It is tried again with the next message: it may exist by then."""
    with pytest.raises(ChannelError, match=r"the secret slack cannot be read: .*ResourceNotFoundException"):
        read_secret("slack")
    manager.create_secret(Name="slack", SecretString="text")
    assert read_secret("slack") == "text"
