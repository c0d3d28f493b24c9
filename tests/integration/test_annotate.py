"""`mute`, `unmute`, `note` and `expect`, and polls at the same time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from outposts_order_notifier.cli import annotate
from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.domain.annotations import MAX_NOTES, MAX_TEXT, NONE, Annotations, Note
from outposts_order_notifier.domain.events import Observation
from outposts_order_notifier.domain.snapshot import Snapshot, observe
from outposts_order_notifier.store.table import SnapshotTable
from outposts_order_notifier.wording.words import plain_date
from testing.aws import client_of
from testing.details import ORDER_ID, an_order

TODAY = datetime.now(UTC).date()
WIDE = "".join(chr(ord(digit) + 0xFEE0) if digit.isdigit() else digit for digit in "2026-12-24")
JANE = "arn:aws:sts::123456789012:assumed-role/moto/jane"


def day(days: int) -> str:
    """Return a day relative to today."""
    return (TODAY + timedelta(days=days)).isoformat()


def observed(old: Snapshot | None, item: str = "BUILDING") -> Snapshot:
    """Return the next snapshot of the order."""
    at = Observation("123456789012", "eu-west-1", "2026-11-24T09:30:00Z")
    snapshot = observe(old, an_order(item=item), at, b"")
    assert snapshot
    return snapshot


class World:
    """The table, in which one order is known, and the outputs of the stack."""

    def __init__(self, table: SnapshotTable) -> None:
        self.table = table
        self.outputs: dict[str, str] = {}
        assert table.save(observed(None))

    @property
    def stored(self) -> Snapshot:
        """The order's snapshot."""
        return self.table.read([ORDER_ID]).snapshots[ORDER_ID]

    @property
    def annotations(self) -> Annotations:
        """What was added to the order."""
        return self.stored.annotations


@pytest.fixture
def world(table: str, monkeypatch: pytest.MonkeyPatch) -> World:
    """A deployed stack."""
    world = World(SnapshotTable(client_of("dynamodb"), table))
    sts = SimpleNamespace(get_caller_identity=lambda: {"Arn": JANE})
    session = SimpleNamespace(client=lambda _: sts)
    stack = SimpleNamespace(snapshots=world.table, outputs=world.outputs, session=session)
    monkeypatch.setattr(annotate, "deployed", lambda *_: stack)
    return world


class TestMute:
    """`mute` and `unmute`."""

    def test_what_was_never_added_can_be_removed(self, world: World, capsys: Any) -> None:
        """The command says that there was nothing, and writes nothing; the beginning of the id is enough."""
        annotate.unmute(ORDER_ID[:8])
        annotate.expect(ORDER_ID[3:8], "none")
        said = capsys.readouterr()
        assert said.out == f"{ORDER_ID} was not muted\n{ORDER_ID} was not expected on a day\n"
        assert said.err == f"{ORDER_ID[:8]} is {ORDER_ID}\n{ORDER_ID[3:8]} is {ORDER_ID}\n"
        assert world.annotations == NONE

    def test_a_mute_has_its_end_its_reason_and_who_entered_it(self, world: World, capsys: Any) -> None:
        """It ends where the day begins in the configured time zone."""
        world.outputs["TimeZone"] = "Asia/Tokyo"
        annotate.mute(ORDER_ID, day(7), "The site\nis closed")
        assert "is muted until" in capsys.readouterr().out
        mute = world.annotations.mute
        assert mute
        assert (mute.until, mute.note, mute.by) == (f"{day(6)}T15:00:00Z", "The site is closed", JANE)
        annotate.unmute(ORDER_ID)
        assert world.annotations.mute is None
        annotate.unmute(ORDER_ID)
        assert f"{ORDER_ID} was not muted" in capsys.readouterr().out

    @pytest.mark.parametrize("until", [day(-1), day(0), day(368), "tomorrow", "2026-13-01", "", "0001-01-01", WIDE])
    def test_a_mute_always_ends(self, world: World, until: str) -> None:
        """A day that is over, too far away or no day at all is refused by name."""
        with pytest.raises(OperatorError, match="--until"):
            annotate.mute(ORDER_ID, until)
        assert world.annotations == NONE


class TestNote:
    """`note`."""

    def test_notes_are_kept_with_who_entered_them(self, world: World, capsys: Any) -> None:
        """The latest ones; what is dropped is said."""
        for number in range(MAX_NOTES):
            annotate.add_note(ORDER_ID, f"note {number}")
        assert "gone" not in capsys.readouterr().out
        annotate.add_note(ORDER_ID, "another")
        assert "its oldest note is gone: note 0" in capsys.readouterr().out
        assert [note.text for note in world.annotations.notes][::19] == ["note 1", "another"]
        assert {note.by for note in world.annotations.notes} == {JANE}

    @pytest.mark.parametrize("text", ["x" * (MAX_TEXT + 1), "", " \n"])
    def test_a_note_that_nobody_could_read_is_refused(self, world: World, text: str) -> None:
        """Too long, or empty."""
        with pytest.raises(OperatorError, match="note"):
            annotate.add_note(ORDER_ID, text)
        assert world.annotations == NONE


class TestExpect:
    """`expect`."""

    def test_an_order_that_has_ended_is_not_expected(self, world: World) -> None:
        """The error says how it ended."""
        at = Observation("123456789012", "eu-west-1", "2026-11-25T09:30:00Z")
        ended = observe(world.stored, an_order(status="COMPLETED", item="INSTALLED"), at, b"")
        assert ended
        assert world.table.save(ended)
        with pytest.raises(OperatorError, match="is COMPLETED"):
            annotate.expect(ORDER_ID, day(1))

    def test_what_is_replaced_is_said(self, world: World, capsys: Any) -> None:
        """With who had entered it: the other one may not know."""
        for days in (3, 5):
            annotate.expect(ORDER_ID, day(days))
            annotate.mute(ORDER_ID, day(days), "closed")
        out = capsys.readouterr().out
        assert f"not on {plain_date(day(3))} any more (jane)" in out
        assert f"no longer muted until {plain_date(day(3)).lower()}: closed (jane)" in out
        assert world.annotations.mute

    def test_the_day_can_be_changed_any_number_of_times(self, world: World) -> None:
        """And removed."""
        for days in (0, 5, 30):
            annotate.expect(ORDER_ID, day(days))
            expected = world.annotations.expected
            assert expected
            assert (expected.date, expected.ends_at) == (day(days), f"{day(days + 1)}T00:00:00Z")
            assert not expected.reported
        annotate.expect(ORDER_ID, "none")
        assert world.annotations.expected is None

    @pytest.mark.parametrize("given", [day(-1), day(3_651), "never", "01.12.2026", "9999-12-31", "2027-1-5"])
    def test_a_day_that_has_passed_or_is_none_is_refused(self, world: World, given: str) -> None:
        """With what was given."""
        with pytest.raises(OperatorError, match=given):
            annotate.expect(ORDER_ID, given)
        assert world.annotations == NONE


class TestErrors:
    """What cannot be annotated."""

    def test_an_unknown_order_is_refused_with_the_nearest_one(self, world: World) -> None:
        """No snapshot is created."""
        with pytest.raises(OperatorError, match=f"{ORDER_ID[:-1]}1.*{ORDER_ID}"):
            annotate.add_note(f"{ORDER_ID[:-1]}1", "x")
        assert world.table.read([f"{ORDER_ID[:-1]}1"]).snapshots == {}

    def test_what_cannot_be_read_is_not_overwritten(self, world: World) -> None:
        """It may be from a later version."""
        assert world.table.annotate(ORDER_ID, Annotations(unreadable='{"later": 1}'))
        with pytest.raises(OperatorError, match="cannot be read"):
            annotate.unmute(ORDER_ID)
        assert world.table.save(observed(world.stored, "SHIPPED"))
        assert world.annotations.unreadable == '{"later": 1}'


class TestRaces:
    """Several people and a poll at once."""

    def before_each_write(self, world: World, monkeypatch: pytest.MonkeyPatch, *others: Callable[[], object]) -> None:
        """Let others write between a command's read and its write, one before each of its attempts."""
        write, waiting = SnapshotTable.annotate, list(others)

        def overtaken(table: SnapshotTable, order_id: str, annotations: Annotations) -> bool:
            if waiting:
                waiting.pop(0)()
            return write(table, order_id, annotations)

        monkeypatch.setattr(SnapshotTable, "annotate", overtaken)
        self.write = write
        self.world = world

    def their_note(self, text: str) -> None:
        """Add a note as somebody else does."""
        added = self.world.annotations.with_note(Note(text, "other", "2026-11-24T09:30:00Z"))
        assert self.write(self.world.table, ORDER_ID, added)

    def test_two_people_lose_neither_entry(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """The second one's change is applied to what the first has stored."""
        self.before_each_write(world, monkeypatch, lambda: self.their_note("first"), lambda: self.their_note("second"))
        annotate.mute(ORDER_ID, day(3))
        assert [note.text for note in world.annotations.notes] == ["first", "second"]
        assert world.annotations.mute

    def test_others_who_never_stop_are_named(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing is stored, and the command says so."""
        self.before_each_write(world, monkeypatch, *[lambda: self.their_note("again")] * annotate.ATTEMPTS)
        with pytest.raises(OperatorError, match="try again"):
            annotate.mute(ORDER_ID, day(3))
        assert world.annotations.mute is None

    def test_a_format_without_room_is_not_blamed_on_others(self, world: World) -> None:
        """A version before the first release wrote it; the order's next change makes room."""
        client_of("dynamodb").update_item(
            TableName="snapshots",
            Key={"id": {"S": ORDER_ID}},
            UpdateExpression="SET #format = :old",
            ExpressionAttributeNames={"#format": "format"},
            ExpressionAttributeValues={":old": {"N": "2"}},
        )
        with pytest.raises(OperatorError, match="in an early format"):
            annotate.add_note(ORDER_ID, "too early")
        assert world.table.save(observed(world.stored, "SHIPPED"))
        annotate.add_note(ORDER_ID, "now")
        assert [note.text for note in world.annotations.notes] == ["now"]

    def test_a_poll_that_loaded_before_decides_at_its_next_run(self, world: World) -> None:
        """It does not overwrite what was added meanwhile."""
        loaded = world.stored
        annotate.add_note(ORDER_ID, "meanwhile")
        assert not world.table.save(observed(loaded, "SHIPPED"))
        assert [note.text for note in world.annotations.notes] == ["meanwhile"]
        assert world.table.save(observed(world.stored, "SHIPPED"))
        assert [note.text for note in world.annotations.notes] == ["meanwhile"]
        assert world.stored.order["LineItems"][0]["Status"] == "SHIPPED"

    def test_a_command_that_loaded_before_a_poll_reads_again(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The poll's changes stay, too."""
        annotate.add_note(ORDER_ID, "first")
        self.before_each_write(world, monkeypatch, lambda: world.table.save(observed(world.stored, "SHIPPED")))
        annotate.add_note(ORDER_ID, "second")
        assert [note.text for note in world.annotations.notes] == ["first", "second"]
        assert world.stored.order["LineItems"][0]["Status"] == "SHIPPED"

    def test_an_order_in_parts_can_be_annotated(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its parts stay as they are, and belong to it."""
        monkeypatch.setattr("outposts_order_notifier.store.items.MAX_ITEM_TEXT_BYTES", 50)
        assert world.table.save(observed(world.stored, "SHIPPED"))
        annotate.add_note(ORDER_ID, "large")
        assert world.stored.order["LineItems"][0]["Status"] == "SHIPPED"
        assert [note.text for note in world.annotations.notes] == ["large"]


class TestUpgrade:
    """Items of earlier versions."""

    def test_a_snapshot_of_version_0_1_0_can_be_annotated(self, world: World) -> None:
        """Its format becomes the current one, so that version 0.1.0, which knows no annotations, leaves it alone."""
        dynamodb = client_of("dynamodb")
        key: Any = {"id": {"S": ORDER_ID}}
        dynamodb.update_item(
            TableName="snapshots",
            Key=key,
            UpdateExpression="SET #format = :old",
            ExpressionAttributeNames={"#format": "format"},
            ExpressionAttributeValues={":old": {"N": "3"}},
        )
        annotate.expect(ORDER_ID, day(1))
        assert dynamodb.get_item(TableName="snapshots", Key=key)["Item"]["format"] == {"N": "4"}
        assert replace(world.stored, annotations=NONE, pending=()) == replace(observed(None), pending=())
