"""The planner function: each tick, one message for each account and region of the organization."""

import random
from collections.abc import Iterator
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from outposts_order_notifier.planner.accounts import active_accounts
from outposts_order_notifier.planner.environment import Environment
from outposts_order_notifier.planner.queue import PollQueue
from outposts_order_notifier.runtime import clients
from outposts_order_notifier.runtime.observability import count, logger, metrics
from outposts_order_notifier.runtime.tracing import tracer
from outposts_order_notifier.sources.organization import Organization


class PlanFailedError(Exception):
    """The accounts could not be listed, or some sources not be put on the queue; the text says which and why."""


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(_: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Put every source of the organization on the queue.

    1. The accounts come in another order each time: where a tick is too short for all of them, what is left of it
       expires with it, and that should not always be the same ones.
    2. One region comes after the other, so that a region that is down slows down few of poll's batches.
    3. Where the listing breaks off, those listed until then are polled.

    Args:
        context: Its function ARN names the partition and the notifier's own account.

    Returns:
        `{"sourcesPlanned": …}`.

    Raises:
        PlanFailedError: The run is over, and sources are missing from the queue; the next run sends all again.
    """
    environment = Environment.load()
    organization = Organization.load(environment.organization, environment.sources, context.invoked_function_arn)
    errors: list[str] = []
    accounts = list(organization.accounts or _active_accounts(errors))
    random.shuffle(accounts)
    regions = random.sample(organization.regions, len(organization.regions))
    sources = [source for account in accounts for source in organization.sources(account)]
    sources.sort(key=lambda source: regions.index(source["region"]))
    planned, refused = _queue(environment.queue_url).send(sources)
    errors += refused
    count(SourcesPlanned=planned)
    logger.info("Planned", sourcesPlanned=planned, failures=errors)
    if errors:
        raise PlanFailedError("; ".join(errors))
    return {"sourcesPlanned": planned}


def _active_accounts(errors: list[str]) -> Iterator[str]:
    try:
        yield from active_accounts(clients.organizations())
    except (BotoCoreError, ClientError) as error:
        errors.append(f"ListAccounts: {error}")


@cache
def _queue(url: str) -> PollQueue:
    return PollQueue(clients.sqs(attempts=1), url)  # it retries single entries
