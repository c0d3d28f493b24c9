"""The story of a demo on a terminal, live; without a terminal, line by line."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from local.story import Happening, Story
from outposts_order_notifier.domain.event_types import UPDATED
from outposts_order_notifier.domain.statuses import status_named

REFRESHES_PER_SECOND = 4
TABLE_LINES = 5  # of the table of orders, in addition to its orders
PANEL_LINES = 2  # of a panel, in addition to its content
STYLES = {"step": "bold", "event": "cyan", "Slack": "magenta", "e-mail": "green"}


@contextmanager
def view(console: Console, story: Story) -> Iterator[None]:
    """Show a story while the `with` block plays it."""
    if console.is_terminal:
        with Live(
            console=console,
            refresh_per_second=REFRESHES_PER_SECOND,
            get_renderable=lambda: live(story, console.height),
            transient=True,  # the summary replaces it
        ):
            yield
        return
    story.listener = lambda happening: console.print(_plain(happening), soft_wrap=True)
    yield


def closing(story: Story) -> RenderableType:
    """Return the summary of a story: each order's end, the counts, and the last e-mail."""
    counts = story.counts()
    total = f"{counts['observations']} observations, of which {counts['muted']} muted, and a summary: "
    by_type = ", ".join(
        f"{number} {name.removeprefix('Outposts ')}" for name, number in story.events.most_common() if name != UPDATED
    )
    polls = f"the schedule ({story.scheduled_polls}), CreateOrder and CancelOrder ({story.order_calls})"
    lines = [
        f"{counts['steps']} steps in the lives of {len(story.orders)} orders.",
        f"Polls were started by {polls}, and the demo's fast clock.",
        f"{counts['events']} events on the bus: {by_type}; {counts['observations']} Order Updated.",
        f"{total}{counts['Slack messages']} Slack messages and {counts['e-mails']} e-mails.",
    ]
    parts: list[RenderableType] = ["", _orders(story), "\n".join(lines)]
    if mail := story.last_mail:
        parts.append(Panel(escape(f"Subject: {mail.subject}\n\n{mail.text}"), title="The last e-mail", expand=False))
    return Group(*parts)


def live(story: Story, height: int) -> RenderableType:
    """Return the current state of a story, for a terminal of this many lines."""
    happenings = list(story.happenings)
    room = max(0, height - len(story.orders) - TABLE_LINES - 3 * PANEL_LINES)
    steps, events = room // 4, room * 2 // 5
    panels = {
        "What happens to the orders": ({"step"}, steps),
        "Events on the bus": ({"event"}, events),
        "Messages": ({"Slack", "e-mail"}, room - steps - events),
    }
    return Group(
        _orders(story),
        *(
            _panel(title, [happening for happening in happenings if happening.kind in kinds], lines)
            for title, (kinds, lines) in panels.items()
            if lines
        ),
    )


def _orders(story: Story) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True)
    table.add_column("Order", no_wrap=True, min_width=len("oo-0123456789abcdef0"))
    for name in ("Scenario", "Status", "Line items"):
        table.add_column(name)
    for order_id, detail in list(story.orders.items()):
        status = str(detail["orderStatus"])
        items = ", ".join(f"{number} {name}" for name, number in detail["lineItemCountsByStatus"].items())
        style = status_named(status).colour or "blue"
        table.add_row(order_id, escape(story.titles.get(order_id, "")), f"[{style}]{escape(status)}[/]", escape(items))
    return table


def _panel(title: str, happenings: list[Happening], lines: int) -> Panel:
    shown = [_line(happening) for happening in happenings[-lines:]]
    text = Text.from_markup("\n".join(shown + [""] * (lines - len(shown))), overflow="ellipsis")
    text.no_wrap = True
    return Panel(text, title=title, title_align="left")


def _line(happening: Happening) -> str:
    when = f"day {happening.day:3.0f}  " if happening.day is not None else ""
    order = f"{happening.order_id}  " if happening.order_id and happening.kind == "event" else ""
    kind = f"{happening.kind:<8}" if happening.kind in {"Slack", "e-mail"} else ""
    return f"[{STYLES[happening.kind]}]{kind}{when}{order}[/]{escape(happening.text)}"


def _plain(happening: Happening) -> str:
    label = happening.kind if happening.kind in {"step", "event"} else ""
    return f"{label:<7}{_line(happening)}"
