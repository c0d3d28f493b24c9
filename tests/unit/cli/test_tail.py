"""What `tail` shows, and what it refuses before it makes a request; there is no AWS here."""

import json
from pathlib import Path

import pytest
import typer

from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.cli.tail import EVERYTHING, _in_columns, pattern_of, tail
from outposts_order_notifier.cli.terminal import Form
from outposts_order_notifier.cli.trigger import samples


class TestPattern:
    """The pattern of the rule."""

    def test_is_everything_that_the_notifier_publishes_by_default(self) -> None:
        """And of some types, with --detail-type."""
        assert pattern_of(None, []) == EVERYTHING == {"source": ["outposts-order-notifier"]}
        found = pattern_of(None, ["order-updated", "Outposts Order Stalled"])
        assert found == {**EVERYTHING, "detail-type": ["Outposts Order Updated", "Outposts Order Stalled"]}

    def test_may_be_in_a_file(self, tmp_path: Path) -> None:
        """Its name follows an @."""
        file = tmp_path / "pattern.json"
        file.write_text('{"detail": {"status": ["ERROR"]}}')
        assert pattern_of(f"@{file}", []) == pattern_of(file.read_text(), []) == {"detail": {"status": ["ERROR"]}}

    @pytest.mark.parametrize(
        ("pattern", "types", "error"),
        [
            ("{", [], "--pattern is not JSON: "),
            ("[]", [], "--pattern must be a JSON object, such as "),
            ("@/none/pattern.json", [], "--pattern @/none/pattern.json cannot be read: No such file"),
            ('{"detail-type": ["x"]}', ["order-updated"], "has a detail-type already; keep one of them"),
            (None, ["order-update"], "--detail-type order-update is no type; did you mean order-updated"),
        ],
    )
    def test_a_mistake_is_named(self, pattern: str | None, types: list[str], error: str) -> None:
        """Before there is any request."""
        with pytest.raises(OperatorError, match=error):
            tail(pattern, types)

    def test_yaml_is_refused(self) -> None:
        """It is a document, and this does not end."""
        with pytest.raises(typer.BadParameter, match="choose table, wide or json"):
            tail(output=Form.YAML)


class TestColumns:
    """An event as a line of a table."""

    def shown(self, capsys: pytest.CaptureFixture[str], *names: str, wide: bool = False) -> list[str]:
        """Return the header and the lines of samples."""
        show = _in_columns(wide=wide)
        events = {each.name: each.event for each in samples()}
        for name in names:
            show(events[name])
        return capsys.readouterr().out.splitlines()

    def test_say_what_happened(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Each under its header."""
        header, replaced, updated = self.shown(capsys, "line-item-replaced-by", "order-updated-baseline")
        assert header.split() == ["Observed", "(UTC)", "Order", "No.", "Event", "Change"]
        assert replaced[header.index("Event") :].split("  ")[0] == "Line Item Status Change"
        assert replaced.endswith("ooi-00000000000000038 INSTALLED → REPLACED")
        assert updated[header.index("Change") :] == "BASELINE 1 change"

    def test_wide_has_the_event_id(self, capsys: pytest.CaptureFixture[str]) -> None:
        """At the end of the line."""
        (event,) = [each.event for each in samples() if each.name == "shipped"]
        _, line = self.shown(capsys, "shipped", wide=True)
        assert line.endswith(event["detail"]["eventId"])

    def test_every_sample_is_one_line_without_control_characters(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Truncated values and null, too."""
        names = [each.name for each in samples()]
        assert len(self.shown(capsys, *names)) == len(names) + 1

    def test_another_source_s_event_has_what_it_has(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A pattern may match what is not the notifier's, or not an order's."""
        show = _in_columns(wide=True)
        show({"detail-type": "Their\x1b[31m Event", "time": "2026-12-01T09:30:00Z", "detail": {"status": {"a": [1]}}})
        (_, line) = capsys.readouterr().out.splitlines()
        assert "Their [31m Event" in line
        assert json.dumps({"a": [1]}, separators=(",", ":")) in line
