"""`doctor`'s checks of the webhook: the secret and the key that encrypts it.

Nothing is posted: a receiver would treat it as a notification. `test-notification` posts samples.
"""

from collections.abc import Iterator

from outposts_order_notifier.notify.channel import ChannelError
from outposts_order_notifier.notify.channels.webhook import SECRET, URL
from outposts_order_notifier.notify.channels.webhook.credentials import target_of
from outposts_order_notifier.notify.channels.webhook.settings import KEY
from outposts_order_notifier.notify.check import Check, Deployment
from outposts_order_notifier.notify.secret_check import check_secret

NAME = "webhook"


def check(deployment: Deployment) -> Iterator[Check]:
    """Check the webhook if it is configured. No secret is shown, even if it is wrong."""
    variables = deployment.variables("NotifyFunctionName")
    if not (secret_name := variables.get(SECRET)):
        yield Check(NAME, "ok", "not configured")
        return
    checks, value = check_secret(deployment, NAME, KEY, secret_name)
    yield from checks
    if value is None:
        return
    try:
        target = target_of(value, secret_name, variables.get(URL))
    except ChannelError as error:
        yield Check(f"{NAME}'s secret", "fail", str(error), 'Put {"signingSecret": …} into it')
        return
    rotating = ", and with the previous secret as well" if len(target.keys) > 1 else ""
    yield Check(f"{NAME}'s secret", "ok", f"{secret_name} signs for {target.host}{rotating}")
