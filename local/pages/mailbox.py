"""The mailbox as HTML. Pure."""

from typing import TYPE_CHECKING

from local.pages.template import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.mailbox import Mail


def mailbox_page(mails: "Sequence[Mail]", *, live: bool = False) -> str:
    """Return the page of some e-mails, oldest first: a list and the texts, newest first."""
    return render("mailbox.html.j2", mails=list(enumerate(mails, 1))[::-1], live=live)
