"""How the demo polls."""

import threading
from types import SimpleNamespace
from typing import Any

from local.demo import Demo
from local.errors import LocalCloudError
from testing.aws import client_of, simulated_aws


class BusyDemo(Demo):
    """A demo whose first poll fails, as on a machine that is too busy for it."""

    def __init__(self, cloud: Any) -> None:
        super().__init__(cloud, seconds_per_day=0.01)
        self.polls = 0
        self.polled_again = threading.Event()

    def poll(self) -> None:
        """Fail the first time."""
        self.polls += 1
        if self.polls == 1:
            raise LocalCloudError("the poll function failed: no answer")
        self.polled_again.set()


def test_a_poll_that_fails_does_not_stop_the_clock() -> None:
    """The story says so, and the next poll finds what this one did not."""
    with simulated_aws():
        client_of("events").create_event_bus(Name="orders")
        demo = BusyDemo(SimpleNamespace(outputs={"EventBusName": "orders"}))
        with demo._fast_clock():
            assert demo.polled_again.wait(60)
    (happening,) = demo.story.happenings
    assert "no answer" in happening.text
