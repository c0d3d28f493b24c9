"""What every test needs: no AWS account, and functions that run as in Lambda."""

import gc
import os
import threading
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.loaders import JSONFileLoader
from hypothesis import HealthCheck, Phase, settings
from moto.core.botocore_stubber import BotocoreStubber
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest
    from moto.core.common_types import TYPE_RESPONSE

    from outposts_order_notifier.domain.events import Event
    from outposts_order_notifier.poll.event_bus import EventBus, Published

WAITING = "tests/end_to_end/"  # their tests mostly wait, for a local cloud; all others compute
CLOUD, TEMPLATES = f"{WAITING}sharing a local cloud", "tests/cdk/"
# What takes long to make, and the files or folders whose tests share it.
SHARED = {
    CLOUD: tuple(f"{WAITING}{name}.py" for name in ("test_cli", "test_examples", "test_order")),
    TEMPLATES: (TEMPLATES,),
    "what the functions call": ("tests/iam/",),
    "the site": ("tests/browser/test_site.py", "tests/docs/test_site.py"),
}
LONGEST = (CLOUD, TEMPLATES)

gc.disable()  # until the tests are collected, as nothing of them is garbage

# Powertools and boto3 read these when they are imported.
os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",  # noqa: S106 - not a secret: nothing here reaches AWS
    AWS_DEFAULT_REGION="eu-west-1",
    POWERTOOLS_METRICS_NAMESPACE="OutpostsOrderNotifier",
    POWERTOOLS_SERVICE_NAME="test",
)

# Every property test runs under one of these profiles. None limits the time of an example or of generation: on a busy
# machine with cold caches, both fail tests that are right. `make test` draws a few examples, the same on every run, so
# it fails only because of a change; plain `pytest` and `make test-long` draw new ones, so the search continues.
settings.register_profile(
    "searching", settings.get_profile("default"), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "repeatable", settings.get_profile("searching"), derandomize=True, database=None, max_examples=20
)
# `make mutants` asks only whether a test fails, not for the smallest example that fails it.
settings.register_profile(
    "mutants", settings.get_profile("repeatable"), max_examples=30, phases=[Phase.explicit, Phase.generate]
)
settings.register_profile("long", settings.get_profile("searching"), max_examples=1_000)
settings.load_profile("searching")


def pytest_collection_finish() -> None:
    """Build the schemas before any test, so that `make mutants` builds them once and not again for each mutant.

    What exists now remains to the end, so the garbage collector need not look at it again: that, and collecting less
    often, saves an eighth of the processor's time.
    """
    import testing.event_schemas  # noqa: F401, PLC0415 - after the environment above

    gc.freeze()
    gc.set_threshold(50_000)
    gc.enable()


@pytest.fixture(scope="session")
def exhaustive(pytestconfig: pytest.Config) -> bool:
    """Whether the long searches try every case (`make test-long`), or always the same sample."""
    return bool(pytestconfig.getoption("--hypothesis-profile") == "long")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The newly built site of the documentation."""
    from tests.docs.pages import built  # noqa: PLC0415 - unit tests do without its Markdown

    return built(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session", autouse=True)
def _every_published_event_is_checked() -> Iterator[None]:
    """Fail any test that publishes an event that does not match its schema."""
    from outposts_order_notifier.poll.event_bus import EventBus  # noqa: PLC0415 - after the environment above
    from testing.event_schemas import check_entry  # noqa: PLC0415

    publish = EventBus.publish

    def checked(bus: "EventBus", pending: "Mapping[str, Sequence[Event]]", **options: Any) -> "Published":
        for events in pending.values():
            for event in events:
                check_entry(bus._entry(event))
        return publish(bus, pending, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EventBus, "publish", checked)
        yield


@pytest.fixture(scope="session", autouse=True)
def _botocore_reads_each_of_its_files_once() -> Iterator[None]:
    """Share botocore's data among the sessions of all tests, as the clients of one session share it."""
    read = cache(JSONFileLoader().load_file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", lambda _, path: read(path))
        yield


@pytest.fixture(scope="session", autouse=True)
def _moto_is_quick() -> Iterator[None]:
    """Spend the processor's time on what is tested."""
    from testing.quick_moto import quick_moto  # noqa: PLC0415 - after the environment above

    with quick_moto():
        yield


@pytest.fixture(scope="session", autouse=True)
def _moto_answers_one_call_at_a_time() -> Iterator[None]:
    """Let the threads of poll and notify share moto, whose tables and queues are unguarded dicts."""
    process, lock = BotocoreStubber.process_request, threading.RLock()

    def in_turn(stubber: BotocoreStubber, request: "AWSPreparedRequest") -> "TYPE_RESPONSE | None":
        with lock:
            return process(stubber, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BotocoreStubber, "process_request", in_turn)
        yield


def unit_of(nodeid: str) -> str:
    """Return the name of the tests that run on one worker: those of a file, and those that share something."""
    path = nodeid.partition("::")[0]
    return next((unit for unit, paths in SHARED.items() if path.startswith(paths)), path)


def places(units: Iterable[str]) -> dict[str, float]:
    """Return each unit's place: those that wait are spread over the first half of the others.

    Otherwise the processors would wait at first, and be overloaded later. The longest begin, or they would end last.
    """
    distinct = dict.fromkeys(sorted(units, key=lambda unit: unit not in LONGEST))
    waiting = [unit for unit in distinct if unit.startswith(WAITING)]
    computing = [unit for unit in distinct if unit not in waiting]
    return {unit: number / len(waiting) / 2 for number, unit in enumerate(waiting)} | {
        unit: number / len(computing) for number, unit in enumerate(computing)
    }


class ByUnit(LoadScopeScheduling):
    """Runs the tests of a unit on one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Make once what tests share, and not once on each worker."""
    return ByUnit(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> Generator[None, int, int]:
    """Use two workers for each processor: end-to-end tests mostly wait. Unit tests do not."""
    processors = yield
    return processors if all(path.startswith("tests/unit") for path in config.args) else 2 * processors


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the tests by the places of their units, and mark what `make test-long` runs.

    That is the tests that have more cases than `make test` tries.
    """
    place = places(unit_of(item.nodeid) for item in items)
    items.sort(key=lambda item: place[unit_of(item.nodeid)])
    for item in items:
        if isinstance(item, pytest.Function) and (
            "exhaustive" in item.fixturenames or getattr(item.obj, "is_hypothesis_test", False)
        ):
            item.add_marker("search")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many cases the exhaustive tests tried."""
    tried: Counter[str] = Counter()
    for report in terminalreporter.getreports(""):
        if report.when == "teardown":
            tried.update({name: number for name, number in report.user_properties if isinstance(number, int)})
    for name, number in tried.items():
        terminalreporter.write_line(f"{number} {name}")
