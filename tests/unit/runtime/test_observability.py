"""Metrics, which cost something for each hour in which they are sent."""

import json
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from outposts_order_notifier.runtime.observability import count, metrics, metrics_sent, seconds


@pytest.fixture(autouse=True)
def named(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give the metrics their namespace and service, as Lambda's environment does, and let warnings fail."""
    monkeypatch.setattr(metrics.provider, "namespace", "Tests")
    monkeypatch.setattr(metrics.provider, "service", "poll")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a warning would be a line of the log
        yield


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return the sets of metrics that the function has written since the last time."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_run_that_counts_nothing_sends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a metric nor a line about having none."""
    with metrics_sent():
        pass
    assert written(capsys) == []


def test_a_value_of_0_is_not_sent(capsys: pytest.CaptureFixture[str]) -> None:
    """Alone, no metric is sent at all; beside others, only they are."""
    with metrics_sent():
        count(Failures=0)
        seconds(Delay=0)
    assert written(capsys) == []
    with metrics_sent():
        count(Failures=0, Changes=2)
    (sent,) = written(capsys)
    assert sent["Changes"] == [2.0]
    assert "Failures" not in sent


def test_each_run_sends_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """What is counted twice adds up, and nothing is left for the next run."""
    with metrics_sent():
        count(Changes=2)
        count(Changes=3)
        seconds(Delay=9)
    (sent,) = written(capsys)
    assert (sent["Changes"], sent["Delay"]) == ([2.0, 3.0], [9.0])
    (directive,) = sent["_aws"]["CloudWatchMetrics"]
    assert {each["Name"]: each["Unit"] for each in directive["Metrics"]} == {"Changes": "Count", "Delay": "Seconds"}
    with metrics_sent():
        pass
    assert written(capsys) == []


def test_a_run_that_fails_sends_what_it_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """Alarms need the metrics of such runs most of all."""

    @metrics_sent()
    def fail() -> None:
        count(Failures=1)
        raise LookupError

    with pytest.raises(LookupError):
        fail()
    (sent,) = written(capsys)
    assert sent["Failures"] == [1.0]
