"""The board in a real Chromium, as people open it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from local.board import BoardPage
from local.browser import headless
from local.errors import LocalCloudError
from local.server import Server
from outposts_order_notifier.board.filters import Filters
from outposts_order_notifier.board.render import widget
from outposts_order_notifier.board.view import board
from outposts_order_notifier.store.table import SnapshotTable
from testing.boards import NOW, gathered, orders_of_every_kind
from testing.snapshots import create_snapshot_table

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# What surrounds a widget in CloudWatch's console, reduced to what matters here.
SHELL = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Dashboard</title>
<meta name="viewport" content="width=device-width">
<body style="margin:0;background:{background}"><main><h1 style="color:{ink}">Dashboard</h1>
<div style="padding:0 10px">{widget}</div></main></body></html>"""


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """A headless Chromium."""
    try:
        with headless() as browser:
            yield browser
    except LocalCloudError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def board_url() -> Iterator[str]:
    """The board, served on this machine."""
    with mock_aws():
        client = boto3.client("dynamodb")
        create_snapshot_table(client, "snapshots")
        table = SnapshotTable(client, "snapshots")
        for snapshot in orders_of_every_kind():
            assert table.save(snapshot)
        with Server(BoardPage(table, lambda: NOW)) as server:
            yield f"{server.url}/"


@pytest.fixture
def widget_url(tmp_path: Path) -> Callable[[str], str]:
    """Return a function that returns the address of a dashboard with the board's widget, in a theme."""

    def url(theme: str) -> str:
        colours = {"light": ("#fff", "#000"), "dark": ("#0f1b2a", "#fff")}
        background, ink = colours[theme]
        made = board(gathered(orders_of_every_kind()), Filters(), NOW)
        html = widget(made, endpoint="arn:aws:lambda:eu-west-1:111122223333:function:board", theme=theme)
        path = tmp_path / "dashboard.html"
        path.write_text(SHELL.format(background=background, ink=ink, widget=html), encoding="utf-8")
        return path.as_uri()

    return url


@pytest.fixture
def open_page(browser: "Browser") -> "Iterator[Callable[..., Page]]":
    """Return a function that opens an address in a separate window, with options of Playwright's `new_context`."""
    contexts = []

    def open_page(url: str, **options: Any) -> "Page":
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()


def violations(page: "Page", *, but: tuple[str, ...] = ()) -> list[tuple[str, list[str]]]:
    """Return what axe-core finds wrong with a page: each rule, with a few exceptions, and where."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    rules = {rule: {"enabled": False} for rule in but}
    # What passes is a thousand times as much, and all of it would have to be sent here.
    run = "async rules => (await axe.run({rules, resultTypes: ['violations']})).violations"
    found = page.evaluate(run, rules)
    return [(each["id"], [str(node["html"])[:200] for node in each["nodes"]]) for each in found]
