"""Webhook: a signed POST of each event's detail, as JSON.

Documented in docs/webhook.md. Its receiver in the local cloud is local/webhook.py, since werkzeug, which serves it, is
not a dependency of the product.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from outposts_order_notifier.notify.channels.webhook.channel import Webhook

SECRET = "WEBHOOK_SECRET_NAME"  # noqa: S105 - a variable's name
SETTINGS = (SECRET,)


def open_channel(variables: Mapping[str, str]) -> "Webhook | None":
    """Return the channel if it is configured."""
    if not (secret_name := variables.get(SECRET)):
        return None
    from outposts_order_notifier.notify.channels.webhook.channel import Webhook  # noqa: PLC0415

    return Webhook(secret_name)
