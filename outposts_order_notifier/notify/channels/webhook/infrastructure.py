"""What the webhook needs: its secret (CDK)."""

from collections.abc import Mapping
from typing import Any

from outposts_order_notifier.notify.channels.webhook import SECRET
from outposts_order_notifier.notify.channels.webhook.settings import KEY
from outposts_order_notifier.notify.infrastructure import Needs, Site, reading_secret


def needs(channels: Mapping[str, Any], site: Site) -> Needs | None:
    """Return what the function needs if a webhook is configured."""
    secret = channels.get(KEY)
    return Needs({SECRET: secret.secret_name}, reading_secret(site.scope, secret)) if secret else None
