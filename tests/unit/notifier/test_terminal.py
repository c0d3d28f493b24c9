"""What the commands print."""

import pytest

from notifier.terminal import note, show_table


class TestTable:
    """A table on stdout."""

    @pytest.mark.parametrize("empty", [None, ""])
    def test_a_cell_without_anything_is_blank(self, capsys: pytest.CaptureFixture[str], empty: str | None) -> None:
        """Nothing to note is not unknown."""
        show_table("", ["Order", "Notes"], [["oo-1", empty]])
        assert capsys.readouterr().out.splitlines()[-1].split() == ["oo-1"]

    def test_a_text_from_outside_is_made_harmless(self, capsys: pytest.CaptureFixture[str]) -> None:
        """It neither colours the terminal nor turns its text around."""
        show_table("", ["Order"], [["oo-\x1b[31m\x07\u202e\n1"]])
        assert capsys.readouterr().out.splitlines()[-1].strip() == "oo- [31m 1"


class TestNote:
    """A line on stderr."""

    def test_a_text_from_outside_is_made_harmless_and_stays_whole(self, capsys: pytest.CaptureFixture[str]) -> None:
        """An error's end says what to do, so it is not cut."""
        note("error: \x1b[31m\u202e\n" + "x" * 500)
        assert capsys.readouterr().err == f"error: [31m {'x' * 500}\n"
