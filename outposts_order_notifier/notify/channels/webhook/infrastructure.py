"""What the webhook needs: its secret (CDK)."""

from collections.abc import Mapping
from typing import Any

from outposts_order_notifier.notify.channels.webhook import SECRET
from outposts_order_notifier.notify.channels.webhook.settings import KEY, Webhook
from outposts_order_notifier.notify.infrastructure import Needs, Site, reading_secret


def needs(channels: Mapping[str, Any], site: Site) -> Needs | None:
    """Return what the function needs if a webhook is configured."""
    webhook: Webhook | None = channels.get(KEY)
    if not webhook:
        return None
    return Needs({SECRET: webhook.secret_name}, reading_secret(site.scope, webhook.secret_name, webhook.kms_key_arn))
