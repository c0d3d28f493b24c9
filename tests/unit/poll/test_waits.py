"""How often a poll tries, and how long it waits before it publishes what is done."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from outposts_order_notifier.poll import workers
from outposts_order_notifier.sources.outposts import outposts_client
from outposts_order_notifier.sources.source import Source

SOURCE = Source("111122223333", "eu-west-1")


@pytest.mark.parametrize(("arguments", "attempts"), [((), 6), ((2,), 2)])
def test_throttled_calls_slow_down_all_threads_of_a_run(arguments: tuple[int, ...], attempts: int) -> None:
    """They share one client, whose adaptive retries measure the API's capacity."""
    config: Any = outposts_client(SOURCE, *arguments).meta.config
    assert config.retries == {"mode": "adaptive", "total_max_attempts": attempts}
    assert config.max_pool_connections == 16


def test_what_was_read_is_published_after_five_seconds_even_if_an_order_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is done by then is returned, and the rest continues."""
    asked: list[float] = []

    def one_is_done(futures: Iterable[Future[Any]], timeout: float) -> Iterator[Future[Any]]:
        asked.append(timeout)
        yield next(iter(futures))
        raise TimeoutError

    monkeypatch.setattr(workers, "as_completed", one_is_done)
    done, hanging = Future[Any](), Future[Any]()
    done.set_result("read")
    with workers.Workers[str]([], frozenset(), lambda: True) as threads:
        threads._under_way = {done: "oo-1", hanging: "oo-2"}
        assert threads.finished() == ["read"]
        assert (asked, threads.abandon()) == ([5], ["oo-2"])
