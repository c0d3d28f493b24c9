"""`doctor`'s checks of the webhook: the secret and the key that encrypts it.

Nothing is posted: a receiver would treat it as a notification. `test-notification` posts samples.
"""

from collections.abc import Iterator, Mapping

from outposts_order_notifier.notify.channels.webhook import SECRET
from outposts_order_notifier.notify.channels.webhook.credentials import target_of
from outposts_order_notifier.notify.channels.webhook.settings import KEY
from outposts_order_notifier.notify.check import Check, Deployment
from outposts_order_notifier.notify.secret_check import check_secret

NAME = "webhook"


def check(deployment: Deployment) -> Iterator[Check]:
    """Check the webhook if it is configured. No secret is shown, even if it is wrong."""
    todo = 'Put {"url": …, "signingSecret": …} into it'
    return check_secret(deployment, NAME, KEY, variable=SECRET, check_value=_check_value, todo=todo)


def _check_value(value: str | bytes, secret_name: str, _variables: Mapping[str, str]) -> Iterator[Check]:
    target = target_of(value, secret_name)
    rotating = ", and with the previous secret as well" if len(target.keys) > 1 else ""
    yield Check(f"{NAME}'s secret", "ok", f"{secret_name} signs for {target.host}{rotating}")
