"""The threads of a run, and the orders that wait for them."""

from collections.abc import Iterable
from threading import Event

import pytest

from outposts_order_notifier.poll.workers import Workers, concurrently


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread, and two orders in a chunk."""
    monkeypatch.setattr("outposts_order_notifier.poll.workers.CONCURRENT_READS", 1)
    monkeypatch.setattr("outposts_order_notifier.poll.workers.BATCH_GET_ITEMS", 2)


def workers(*order_ids: str, first: Iterable[str] = (), time: Iterable[bool] = ()) -> Workers[str]:
    """Return workers with these answers to whether there is time; afterwards, there always is."""
    answers = iter(time)
    return Workers[str](order_ids, frozenset(first), lambda: next(answers, True))


def test_all_orders_are_processed_chunk_by_chunk() -> None:
    """Each once."""
    finished = list[str]()
    with workers("a", "b", "c") as threads:
        while threads.have_work():
            threads.begin(threads.next_chunk(), str.upper)
            finished += threads.finished()
    assert sorted(finished) == ["A", "B", "C"]


def test_the_first_orders_are_a_chunk_that_the_others_wait_for() -> None:
    """Until all of it is finished."""
    with workers("z", "a", "b", first={"z"}) as threads:
        chunk = threads.next_chunk()
        threads.begin(chunk, str.upper)
        assert (chunk, threads.finished(), threads.next_chunk()) == (["z"], ["Z"], ["a", "b"])


def test_orders_that_no_thread_has_started_wait_again_if_time_is_short() -> None:
    """They keep their sequence; the one under way finishes."""
    started, proceed = Event(), Event()

    def process(order_id: str) -> str:
        started.set()
        proceed.wait(30)
        return order_id

    with workers("a", "b", "c", time=[True, False]) as threads:
        threads.begin(threads.next_chunk(), process)
        assert started.wait(30)
        assert threads.next_chunk() == []
        assert list(threads.waiting) == ["b", "c"]
        proceed.set()
        assert threads.finished() == ["a"]


def test_abandoned_orders_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their thread ends later."""
    monkeypatch.setattr("outposts_order_notifier.poll.workers.PUBLISH_SECONDS", 0)
    proceed = Event()
    with workers("a") as threads:
        threads.begin(threads.next_chunk(), lambda _: str(proceed.wait(30)))
        assert threads.finished() == []
        assert threads.abandon() == ["a"]
    assert not proceed.is_set()
    proceed.set()


def test_values_are_returned_in_sequence() -> None:
    """Whichever ends first."""
    assert concurrently(str.upper, ["a", "b", "c"]) == ["A", "B", "C"]
