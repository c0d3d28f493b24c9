"""An e-mail's subject: the headline within SNS's limit and in ASCII."""

import pytest

from outposts_order_notifier.notify.channels.sns.text import publication, subject
from outposts_order_notifier.notify.notification import order_notification
from outposts_order_notifier.wording.headline import headline
from testing.details import an_order, an_update, detail_of, with_line_items

OUTPOST = "op-0123456789abcdef0"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Dublin plant", "Dublin plant"),
        ("Zürich, São Paulo", "Zurich, Sao Paulo"),
        ("Ørsted", "?rsted"),
        ("東京 DC1", "?? DC1"),
        ("東京", OUTPOST),
        ("x" * 41, "x" * 39 + "..."),
    ],
)
def test_a_name_is_written_in_ascii(name: str, shown: str) -> None:
    """Accents are left out; a name of which no letter remains gives way to the id, but not in the text."""
    detail = an_update() | {"names": {OUTPOST: name}}
    assert subject(detail) == f"{shown}: order completed, 1 item installed"
    assert publication(order_notification(detail))["Subject"] == subject(detail)
    assert headline(detail).startswith(f"{name[:39]}")


def test_a_cut_status_ends_in_three_dots() -> None:
    """An ellipsis is not ASCII."""
    detail = an_update() | {"orderStatus": "x" * 33, "changes": []}
    assert subject(detail) == f"{OUTPOST}: order {'x' * 31}..."


@pytest.mark.parametrize("name", ["x" * 50, "é" * 50, "℡" * 50])
def test_the_weightiest_is_not_cut_by_letters_that_become_several(name: str) -> None:
    """The lightest news gives way, as it does in a headline."""
    before = with_line_items(an_order(status="PREPARING"), *["PREPARING"] * 4)
    after = with_line_items(an_order(), "ERROR", "REPLACED", "CANCELLED", "SHIPPED")
    written = subject(detail_of(before, after, names={OUTPOST: name}))
    assert len(written) <= 99
    assert written.endswith("...: 1 item in error, 1 replaced, 1 cancelled")


@pytest.mark.parametrize(("length", "end"), [(33, "1 difficult, 1 shipped"), (34, "1 difficult"), (35, "1 difficult")])
def test_what_does_not_fit_in_ascii_is_left_out_at_the_lightest(length: int, end: str) -> None:
    """What ends at the limit stays, as in a headline: 99 characters, though one of them becomes several."""
    before, after = (
        with_line_items(an_order(), *["BUILDING"] * 5),
        with_line_items(an_order(), "ERROR", "REPLACED", "CANCELLED", "di\ufb03cult", "SHIPPED"),
    )
    detail = detail_of(before, after, names={OUTPOST: "x" * length})
    assert subject(detail) == f"{'x' * length}: 1 item in error, 1 replaced, 1 cancelled, {end}"


def test_a_status_of_letters_that_become_many_is_cut() -> None:
    """Nothing else is left to give way."""
    written = subject(an_update() | {"orderStatus": "ﷺ" * 32, "changes": []})
    assert (len(written), written.isascii()) == (99, True)
