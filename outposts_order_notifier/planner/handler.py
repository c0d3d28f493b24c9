"""The planner function: sends poll a message for each account and region of the organization."""

import os
import random
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from outposts_order_notifier.planner.accounts import active_accounts
from outposts_order_notifier.planner.queue import PollQueue
from outposts_order_notifier.runtime import clients
from outposts_order_notifier.runtime.observability import count, logger, metrics_sent
from outposts_order_notifier.sources.organization import Organization


class PlanFailedError(Exception):
    """Accounts could not be listed, or sources not put on the queue; the text says which and why."""


@logger.inject_lambda_context
@metrics_sent()
def handler(_: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Put every source of the organization on the queue.

    1. The accounts are shuffled: if a tick is too short for all of them, the messages left expire, and should not
       always be of the same accounts.
    2. The sources are sorted by region, so that a region that is down slows down few of poll's batches.
    3. If the listing fails, the accounts listed before are polled.
    4. A message has its account's name, which poll could not look up in the account.

    Returns:
        `{"sourcesPlanned": …}`, the number of sources on the queue.

    Raises:
        PlanFailedError: The run ended, but sources are missing from the queue; the next run sends all again.
    """
    organization = Organization.load(os.environ["ORGANIZATION"], os.environ["SOURCES"], context.invoked_function_arn)
    names, errors = dict.fromkeys(organization.settings.accounts, ""), list[str]()
    if not names:
        names, errors = active_accounts(clients.organizations())
    accounts = random.sample(list(names), len(names))
    regions = random.sample(organization.settings.regions, len(organization.settings.regions))
    sources = [
        {**source, **({"accountName": names[account]} if names[account] else {})}
        for account in accounts
        for source in organization.sources(account)
    ]
    sources.sort(key=lambda source: regions.index(source["region"]))
    planned, refused = _queue(os.environ["POLL_QUEUE_URL"]).send(sources)
    errors += refused
    count(SourcesPlanned=planned)
    logger.info("Planned", sourcesPlanned=planned, failures=errors)
    if errors:
        raise PlanFailedError("; ".join(errors))
    return {"sourcesPlanned": planned}


@cache
def _queue(url: str) -> PollQueue:
    return PollQueue(clients.sqs(attempts=1), url)  # it retries single entries
