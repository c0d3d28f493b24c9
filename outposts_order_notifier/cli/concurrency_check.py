"""`doctor`'s check of Lambda's concurrency: polls must leave room for notify."""

from outposts_order_notifier.cli.stack import Stack
from outposts_order_notifier.notify.check import Check
from outposts_order_notifier.wording.words import count


def check_concurrency(stack: Stack) -> Check:
    """Compare how many functions of the stack may run at once with how many the account may.

    An account's limit may be as low as 10, and all functions of a region share it. An organization's polls can then
    take all of it, and keep notify waiting.
    """
    limit = stack.session.client("lambda").get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    polls = _at_once(stack, "PollFunctionName", limit) + sum(1 for _ in stack.of_kind("AWS::Scheduler::Schedule"))
    notifies = _at_once(stack, "NotifyFunctionName", limit)
    found = f"{count(polls, 'poll')} and {notifies} notify functions at most, of {limit} at once in this account"
    if polls + notifies <= limit:
        return Check("concurrency", "ok", found)
    todo = "Ask for a higher quota: Lambda's concurrent executions (L-B99A9384); until then polls may delay notify"
    return Check("concurrency", "warn", found, todo)


def _at_once(stack: Stack, output: str, limit: int) -> int:
    """Add up how many instances of a function its queues may start; one without a limit of its own may take all."""
    mappings = stack.session.client("lambda").list_event_source_mappings(FunctionName=stack.output(output))
    return sum(
        mapping.get("ScalingConfig", {}).get("MaximumConcurrency", limit) for mapping in mappings["EventSourceMappings"]
    )
