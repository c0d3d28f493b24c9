"""Which routes `preview` says would be notified."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from outposts_order_notifier.cli import preview
from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.cli.recipients import TOP_LEVEL, patterns_in, routes_of_each
from outposts_order_notifier.notify.routes import DEFAULT

ROUTES: list[Any] = [{"name": "dublin", "notify": {"outpostId": ["op-1"]}}, {"name": "all", "notify": {}}]
NOTIFIER: dict[str, Any] = {"notify": {"changes": {"status": ["ERROR"]}}, "routes": ROUTES}
PATTERNS: dict[str, Any] = {DEFAULT: NOTIFIER["notify"], "dublin": {"outpostId": ["op-1"]}, "all": {}}
DETAIL = {"outpostId": "op-1"}


class TestConfiguration:
    """Where the routes come from."""

    @pytest.mark.parametrize("content", [NOTIFIER, {"app": "python3 app.py", "context": {"notifier": NOTIFIER}}])
    def test_a_cdk_json_and_its_notifier_are_accepted(self, content: Any, tmp_path: Path) -> None:
        """As people have it in a clone, or in a file of its own."""
        file = tmp_path / "some.json"
        file.write_text(json.dumps(content))
        assert patterns_in(file) == PATTERNS

    def test_by_default_it_is_the_one_of_the_current_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In which there may be none, or one without routes: there is nothing to distinguish then."""
        monkeypatch.chdir(tmp_path)
        assert patterns_in(None) == {}
        (tmp_path / "cdk.json").write_text(json.dumps({"context": {"notifier": NOTIFIER}}))
        assert patterns_in(None) == PATTERNS
        (tmp_path / "cdk.json").write_text(json.dumps({"context": {"notifier": {"pollEveryMinutes": 5}}}))
        assert patterns_in(None) == {}

    @pytest.mark.parametrize("content", ["{", "[]", '"text"', '{"routes": [{"name": "dublin"}]}', '{"context": []}'])
    def test_what_is_no_configuration_is_named(self, content: str, tmp_path: Path) -> None:
        """Before any order is read."""
        file = tmp_path / "some.json"
        file.write_text(content)
        with pytest.raises(OperatorError, match=f"--configuration {file} is neither a cdk.json nor"):
            patterns_in(file)
        with pytest.raises(OperatorError, match=r"none\.json cannot be read: No such file"):
            patterns_in(tmp_path / "none.json")


class EventBridge:
    """A client whose verdict is by the Outposts that a pattern names."""

    def __init__(self, error: str = "") -> None:
        self.error = error

    def test_event_pattern(self, **request: str) -> Any:
        """Judge an event; or refuse to."""
        if self.error:
            raise ClientError({"Error": {"Code": self.error, "Message": "no"}}, "TestEventPattern")
        pattern, event = json.loads(request["EventPattern"]), json.loads(request["Event"])
        assert (pattern["source"], pattern["detail-type"]) == ([event["source"]], [event["detail-type"]])
        assert "baseline" not in pattern.get("detail", {})
        detail = pattern.get("detail", {})
        return {
            "Result": "changes" not in detail
            and event["detail"]["outpostId"] in detail.get("outpostId", ["op-2", "op-1"])
        }


def an_event(outpost_id: str) -> Any:
    """Return an event of an order for an Outpost."""
    return {
        "source": "outposts-order-notifier",
        "detail-type": "Outposts Order Updated",
        "detail": {"outpostId": outpost_id},
    }


class TestVerdict:
    """EventBridge judges each event by the pattern of each route's rule."""

    def test_each_event_has_its_routes(self) -> None:
        """In the configuration's sequence, as if existing orders were announced."""
        client: Any = EventBridge()
        events = [an_event("op-1"), an_event("op-2")]
        assert routes_of_each(client, PATTERNS, events) == [["dublin", "all"], ["all"]]
        assert routes_of_each(client, {DEFAULT: {}}, events) == [[TOP_LEVEL]] * 2

    def test_without_the_permission_a_note_says_so(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The rest is shown nevertheless."""
        monkeypatch.setattr("boto3.client", lambda _: EventBridge("AccessDeniedException"))
        assert preview._routes(PATTERNS, [an_event("op-1")]) is None
        assert "Routes are not shown: allow events:TestEventPattern" in capsys.readouterr().err
        assert preview._routes({}, [an_event("op-1")]) is None
        assert capsys.readouterr().err == ""
