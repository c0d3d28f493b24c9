"""Tests for what the poll function and the command line share: the summary of a run."""

from outposts_order_notifier.poll.summary import LISTING, PollFailedError, RunResult, summary_in


def test_the_results_of_parts_add_up() -> None:
    """Counts are added, and of two failures of an order, the first one counts."""
    listed = RunResult(orders_listed=2, failures={LISTING: "PaginationError"})
    read = RunResult(orders_read=1, events_published=3, failures={"oo-1": "read"})
    published = RunResult(orders_read=1, failures={"oo-1": "published", "oo-2": "published"})
    assert listed + read + published == RunResult(
        orders_listed=2,
        orders_read=2,
        events_published=3,
        failures={LISTING: "PaginationError", "oo-1": "read", "oo-2": "published"},
    )


def test_the_summary_of_a_failed_run_is_read_from_lambdas_answer() -> None:
    """Lambda answers with the error's text; the reader returns the summary that the run put there."""
    summary = RunResult(failures={"oo-1": "NotFoundException"}).summary("123456789012/eu-west-1")
    error = PollFailedError(summary)
    assert summary_in({"errorType": "PollFailedError", "errorMessage": str(error)}) == summary
    assert summary_in({"errorMessage": str(error)}) == summary


def test_another_error_has_no_summary() -> None:
    """A time-out or a crash has no summary, no matter what its text looks like."""
    assert summary_in({"errorType": "ValueError", "errorMessage": "{}"}) is None
    assert summary_in({"errorMessage": "Task timed out"}) is None
    assert summary_in({"errorMessage": "[]"}) is None
    assert summary_in({"errorMessage": None}) is None
    assert summary_in({}) is None
