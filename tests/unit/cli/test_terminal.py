"""What the commands print."""

import re

import pytest

from outposts_order_notifier.cli.terminal import note, show_table


def printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: list[str], row: list[str]
) -> list[str]:
    """Return the lines of a table on a terminal of 80 columns."""
    variables = {"COLUMNS": "80", "TERM": "xterm", "NO_COLOR": "1"}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    show_table([dict(zip(columns, row, strict=True))], {name: name for name in columns})
    return [line.rstrip() for line in re.sub(r"\x1b\[\d*m", "", capsys.readouterr().out).splitlines()]


class TestTable:
    """A table on stdout."""

    @pytest.mark.parametrize("empty", [None, ""])
    def test_a_cell_without_anything_is_blank(self, capsys: pytest.CaptureFixture[str], empty: str | None) -> None:
        """An empty cell is not an unknown value."""
        show_table([{"id": "oo-1", "notes": empty}], {"Order": "id", "Notes": "notes"})
        assert capsys.readouterr().out.splitlines()[-1].split() == ["oo-1"]

    def test_control_characters_are_removed(self, capsys: pytest.CaptureFixture[str]) -> None:
        """It neither colours the terminal nor reverses its text."""
        show_table([{"id": "oo-\x1b[31m\x07\u202e\n1"}], {"Order": "id"})
        assert capsys.readouterr().out.splitlines()[-1].strip() == "oo- [31m 1"


class TestNarrowTable:
    """A table on a terminal that is too narrow for it."""

    ORDER, OUTPOST = "oo-0123456789abcdef0", "op-0123456789abcdef0"

    def test_ids_and_statuses_stay_whole(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nobody can copy an id in pieces: each row is one line, which the terminal wraps."""
        columns = ["Order", "Outpost", "Account", "Region", "Status", "For", "Line items", "Notes"]
        row = [self.ORDER, self.OUTPOST, "111122223333", "us-gov-east-1", "IN_PROGRESS", "10 minutes"]
        row += ["1 IN_PROGRESS, 12 INSTALLED", "stalled, missing from the list"]
        assert printed(capsys, monkeypatch, columns, row)[2:] == ["   ".join(row)]

    def test_sentences_are_wrapped_beside_an_id(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Between words, so that an id in a sentence stays whole."""
        row = [self.ORDER, "warn", f"Order {self.ORDER} cannot be read", "Deploy again " * 9]
        lines = printed(capsys, monkeypatch, ["Order", "", "Found", "To do"], row)
        assert len(lines) > 3
        assert all(len(line) <= 80 for line in lines)
        assert "\n".join(lines).count(self.ORDER) == 2


class TestNote:
    """A line on stderr."""

    def test_control_characters_are_removed_and_stays_whole(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The end of an error says what to do, so it is not cut."""
        note("error: \x1b[31m\u202e\n" + "x" * 500)
        assert capsys.readouterr().err == f"error: [31m {'x' * 500}\n"
