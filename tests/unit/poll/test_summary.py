"""Tests for what the poll function and the command line share: the summary of a run."""

from outposts_order_notifier.poll.summary import PollFailedError, Summary, summary_in


def test_the_summary_of_a_failed_run_is_read_from_lambdas_answer() -> None:
    """Lambda answers with the error's text; the reader returns the summary that the run put there."""
    summary = Summary("123456789012/eu-west-1", failures={"oo-1": "NotFoundException"})
    error = PollFailedError(summary)
    assert summary_in({"errorType": "PollFailedError", "errorMessage": str(error)}) == summary.as_json()
    assert summary_in({"errorMessage": str(error)}) == summary.as_json()


def test_another_error_carries_no_summary() -> None:
    """A time-out or a crash has no summary, whatever its text looks like."""
    assert summary_in({"errorType": "ValueError", "errorMessage": "{}"}) is None
    assert summary_in({"errorMessage": "Task timed out"}) is None
    assert summary_in({"errorMessage": "[]"}) is None
    assert summary_in({"errorMessage": None}) is None
    assert summary_in({}) is None
