"""`board`: writes the board to a file."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from outposts_order_notifier.board.filters import ATTENTION, SORTS, Filters
from outposts_order_notifier.board.gather import gather
from outposts_order_notifier.cli.errors import OperatorError, nearest_of
from outposts_order_notifier.cli.terminal import Profile, Region, deployed, note, say
from outposts_order_notifier.runtime.time_zone import zone_named
from outposts_order_notifier.wording.words import count


def board(
    output: Annotated[Path, typer.Option(metavar="FILE", help="The file to write.")] = Path("outposts-orders.html"),
    open_it: Annotated[bool, typer.Option("--open", help="Open the file in your browser.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Include all settled orders, not only the latest.")] = False,
    search: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            help="Only orders that contain these words: ids, names, hardware, statuses, tracking numbers.",
        ),
    ] = "",
    sort: Annotated[
        str,
        typer.Option(
            metavar="KEY", autocompletion=lambda: list(SORTS), help=f"The sequence of orders: {', '.join(SORTS)}."
        ),
    ] = ATTENTION,
    region: Region = None,
    profile: Profile = None,
) -> None:
    """Write the board to a file: the page that the dashboard shows, as of now.

    The file loads nothing and contains no script, so it can be sent to somebody without access to AWS.
    """
    if sort not in SORTS:
        raise OperatorError(f"--sort {sort} is unknown{nearest_of(sort, SORTS)} The sequences are {', '.join(SORTS)}")
    from outposts_order_notifier.board import render, view  # noqa: PLC0415 - the templates' engine takes a while

    stack = deployed(region, profile)
    now = datetime.now(zone_named(stack.outputs.get("TimeZone", "")))
    filters = Filters.of({"settled": "all" if every else "", "q": search, "sort": sort})
    gathered = gather(stack.snapshots, filters, names=stack.configured_names)
    shown = view.board(gathered, filters, now)
    try:
        output.write_text(render.page(shown, render.Frame(filters=False)), encoding="utf-8")
    except OSError as error:
        raise OperatorError(f"--output {output} cannot be written: {error.strerror}; name another file") from error
    for order_id, reason in gathered.errors.items():
        note(f"warning: {order_id} cannot be read: {reason}")
    say(f"{count(len(shown.shown), 'order')} in {output}")
    if open_it and typer.launch(str(output.resolve())):
        note(f"warning: {output} could not be opened")
