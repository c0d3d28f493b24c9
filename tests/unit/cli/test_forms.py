"""The forms of a result: table, wide, json and yaml."""

import json
from typing import ClassVar

import pytest
import typer
import yaml

from outposts_order_notifier.cli.terminal import Form, form_of, show_answer, show_table


class TestChoice:
    """`--output` and `--json`."""

    @pytest.mark.parametrize(
        ("output", "as_json", "form"),
        [
            (None, False, Form.TABLE),
            (None, True, Form.JSON),
            (Form.JSON, True, Form.JSON),
            (Form.YAML, False, Form.YAML),
            (Form.WIDE, False, Form.WIDE),
        ],
    )
    def test_json_is_one_of_the_forms(self, output: Form | None, as_json: bool, form: Form) -> None:
        """And a table is the default."""
        assert form_of(output, as_json) is form

    @pytest.mark.parametrize("output", [Form.TABLE, Form.WIDE, Form.YAML])
    def test_two_different_ones_are_refused(self, output: Form) -> None:
        """A script would read something that it does not expect."""
        with pytest.raises(typer.BadParameter, match=f"cannot be combined with --output {output}"):
            form_of(output, as_json=True)


class TestTable:
    """A list in each form."""

    ROWS: ClassVar = [{"id": "no", "at": "2026-11-24", "list": ["→ ☃", None], "more": {"b": 1, "a": True}}]
    COLUMNS: ClassVar = {"Id": "id"}

    def printed(self, capsys: pytest.CaptureFixture[str], form: Form) -> str:
        """Return what is printed."""
        show_table(self.ROWS, self.COLUMNS, form=form, wide={"At": "at"})
        return capsys.readouterr().out

    def test_json_and_yaml_have_the_same_keys_and_values(self, capsys: pytest.CaptureFixture[str]) -> None:
        """All that the rows have, in the same sequence; a text that looks like another type stays a text."""
        assert json.loads(self.printed(capsys, Form.JSON)) == self.ROWS
        text = self.printed(capsys, Form.YAML)
        assert yaml.safe_load(text) == self.ROWS
        assert text.index("b: 1") < text.index("a: true")
        assert "→ ☃" in text

    def test_wide_has_further_columns(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The first ones stay."""
        assert self.printed(capsys, Form.TABLE).split()[0] == "Id"
        assert "2026" not in self.printed(capsys, Form.TABLE)
        assert self.printed(capsys, Form.WIDE).splitlines()[0].split() == ["Id", "At"]

    def test_a_sentence_is_data_too(self, capsys: pytest.CaptureFixture[str]) -> None:
        """For a program, as what it says."""
        for form, expected in {
            Form.TABLE: "2 messages\n",
            Form.JSON: '{\n  "n": 2\n}\n',
            Form.YAML: "n: 2\n",
        }.items():
            show_answer({"n": 2}, "2 messages", form)
            assert capsys.readouterr().out == expected
