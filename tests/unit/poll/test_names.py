"""The names of a source's Outposts and hardware."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from outposts_order_notifier.poll.names import Names
from outposts_order_notifier.sources.names import MAX_NAME, LookedUp
from outposts_order_notifier.store.records import StoredNames
from testing.details import an_order

BEGAN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
OUTPOST, RACK, ACCOUNT = "op-0123456789abcdef0", "OR-RACKM5A", "111122223333"
ALL = {OUTPOST: "Dublin plant", RACK: "rack, 4 × m5.24xlarge", "op-other": "Another"}


@dataclass
class Store:
    """A store of names in memory."""

    kept: dict[str, StoredNames] = field(default_factory=dict)
    reads: int = 0

    def names(self, source: str) -> StoredNames:
        """Return what was saved."""
        self.reads += 1
        return self.kept.get(source, StoredNames())

    def save_names(self, source: str, names: StoredNames) -> None:
        """Save it."""
        self.kept[source] = names


@dataclass
class World:
    """A source whose names are looked up."""

    store: Store = field(default_factory=Store)
    now: datetime = BEGAN
    found: dict[str, str] = field(default_factory=lambda: dict(ALL))
    errors: dict[str, str] = field(default_factory=dict)
    lookups: int = 0
    configured: dict[str, str] = field(default_factory=dict)
    account_name: str = ""

    def look_up(self) -> LookedUp:
        """Count a lookup, and return what is found."""
        self.lookups += 1
        return LookedUp(self.found, self.errors)

    def a_run(self) -> Names:
        """Return the names as a run of poll sees them."""
        return Names(self.store, "source", ACCOUNT, self.configured, self.look_up, lambda: self.now, self.account_name)


@pytest.fixture
def world() -> World:
    """A source that was never looked up."""
    return World()


def test_those_of_an_order_are_its_outposts_and_catalog_items(world: World) -> None:
    """Others of the same source are left out."""
    assert world.a_run().of(an_order()) == {OUTPOST: "Dublin plant", RACK: "rack, 4 × m5.24xlarge"}


def test_an_order_without_line_items_has_its_outposts_name(world: World) -> None:
    """And one without an Outpost has none."""
    assert world.a_run().of({"OrderId": "oo-1", "OutpostId": OUTPOST}) == {OUTPOST: "Dublin plant"}
    assert world.a_run().of({"OrderId": "oo-1"}) == {}


def test_they_are_looked_up_once_a_day(world: World) -> None:
    """However many runs and orders there are in it."""
    for hours, lookups in ((0, 1), (1, 1), (23, 1), (24, 2), (47, 2)):
        world.now = BEGAN + timedelta(hours=hours)
        run = world.a_run()
        run.of(an_order())
        run.of(an_order())
        assert world.lookups == lookups


def test_a_run_reads_them_once(world: World) -> None:
    """From the table, for all its orders."""
    run = world.a_run()
    run.of(an_order())
    run.of(an_order())
    assert world.store.reads == 1


def test_an_id_without_a_name_is_looked_up_at_most_once_an_hour(world: World) -> None:
    """It may be new, or have no name."""
    world.a_run().of(an_order())
    for minutes, lookups in ((59, 1), (60, 2), (119, 2), (120, 3)):
        world.now = BEGAN + timedelta(minutes=minutes)
        world.a_run().of(an_order(CatalogItemId="OR-NEVER0S"))
        assert world.lookups == lookups


def test_the_configuration_takes_precedence(world: World) -> None:
    """It also names the account, which the Outposts API does not."""
    world.configured = {OUTPOST: "Plant 1", ACCOUNT: "Production"}
    assert world.a_run().of(an_order()) == {
        OUTPOST: "Plant 1",
        RACK: "rack, 4 × m5.24xlarge",
        ACCOUNT: "Production",
    }


def test_what_is_configured_needs_no_lookup_within_the_day(world: World) -> None:
    """A private name does not make its id unknown."""
    world.found, world.configured = {OUTPOST: "Dublin plant"}, {RACK: "Rack"}
    world.a_run().of(an_order())
    world.now = BEGAN + timedelta(hours=2)
    world.a_run().of(an_order())
    assert world.lookups == 1


def test_what_cannot_be_looked_up_any_more_keeps_its_name(world: World) -> None:
    """A permission that was withdrawn, or a region that is down, renames nothing."""
    world.a_run().of(an_order())
    world.now, world.found, world.errors = BEGAN + timedelta(days=1), {}, {"outposts:ListOutposts": "denied"}
    assert world.a_run().of(an_order())[OUTPOST] == "Dublin plant"
    assert world.lookups == 2
    assert world.store.names("source").denied == ("outposts:ListOutposts",)


def test_the_inputs_name_of_the_account_is_an_orders_and_kept(world: World) -> None:
    """A later run whose input has none, such as one by hand, and the board use what is kept."""
    world.account_name = "Production"
    assert world.a_run().of(an_order())[ACCOUNT] == "Production"
    world.account_name = ""
    assert world.a_run().of(an_order())[ACCOUNT] == "Production"
    assert world.store.names("source").names[ACCOUNT] == "Production"


def test_a_renamed_account_has_its_new_name_without_a_lookup(world: World) -> None:
    """The next change of one of its orders shows it; what was looked up, and when, stays."""
    world.account_name = "Production"
    world.a_run().of(an_order())
    before = world.store.names("source")
    world.now, world.account_name = BEGAN + timedelta(hours=1), "Payments"
    assert world.a_run().of(an_order())[ACCOUNT] == "Payments"
    assert world.store.names("source") == replace(before, names={**before.names, ACCOUNT: "Payments"})
    assert world.lookups == 1


def test_a_name_that_is_already_kept_is_not_written_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every tick brings it, for every source."""
    world.account_name = "Production"
    world.a_run().of(an_order())
    monkeypatch.setattr(world.store, "save_names", None)
    assert world.a_run().of(an_order()) == {OUTPOST: ALL[OUTPOST], RACK: ALL[RACK], ACCOUNT: "Production"}


def test_the_configurations_name_of_the_account_takes_precedence(world: World) -> None:
    """As for everything else that has a name."""
    world.account_name, world.configured = "Production", {ACCOUNT: "Plant 1"}
    assert world.a_run().of(an_order())[ACCOUNT] == "Plant 1"


@given(name=st.text() | st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zs"]), max_size=200))
@example("\ud800\u202e\x00")
@example("x" * 100_000)
def test_any_name_of_an_account_is_harmless(name: str) -> None:
    """It is one readable line of at most 100 characters, or none: an event can carry it, and no order fails."""
    world = World(account_name=name)
    names = world.a_run().of(an_order())
    if ACCOUNT in names:
        assert 0 < len(names[ACCOUNT]) <= MAX_NAME
        assert names[ACCOUNT].isprintable()
        assert names[ACCOUNT].encode()
    assert names.keys() >= {OUTPOST, RACK}


def test_an_error_fails_no_order(world: World) -> None:
    """People see ids, the account's name, and the configuration's names."""

    def fail(source: str) -> StoredNames:
        assert source
        raise RuntimeError

    world.store.names = fail  # type: ignore[method-assign]
    world.configured, world.account_name = {OUTPOST: "Plant 1"}, "Production"
    assert world.a_run().of(an_order()) == {OUTPOST: "Plant 1", ACCOUNT: "Production"}
