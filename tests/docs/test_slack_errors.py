"""The troubleshooting tables in docs/slack.md are those in the code."""

import re
from collections.abc import Mapping

import pytest

from outposts_order_notifier.notify.channels.slack.errors import BOT, WEBHOOK, Verdict
from tests.docs.pages import DOCS

ROW = re.compile(r"\| (`[a-z_]+`(?:, `[a-z_]+`)*) \| (.*) \|")


def table_of(heading: str) -> dict[str, str]:
    """Read the table below a heading: what to do, by the name of each error."""
    _, _, after = (DOCS / "slack.md").read_text("utf-8").partition(f"\n### {heading}\n")
    rows = [ROW.fullmatch(line) for line in after.partition("\n##")[0].splitlines()]
    found = [(name.strip("`"), row[2]) for row in rows if row for name in row[1].split(", ")]
    assert len(dict(found)) == len(found), "an error has two rows"
    return dict(found)


@pytest.mark.parametrize(("heading", "errors"), [("A bot's errors", BOT), ("A webhook's errors", WEBHOOK)])
def test_each_error_has_the_same_row_as_in_the_code(heading: str, errors: Mapping[str, Verdict]) -> None:
    """No error is only in one of them, and both have the same advice."""
    assert table_of(heading) == {name: verdict.advice for name, verdict in errors.items()}
