"""Reading the context that the CDK command line hands over."""

import json
from pathlib import Path

from infra.context import context
from outposts_order_notifier.cdk.local_cloud import LocalCloud


class TestContext:
    """`context`."""

    def test_keeps_nulls(self) -> None:
        """A null that switches a threshold off arrives as one."""
        given = {"notifier": {"stalledAfterDays": {"order": {"ERROR": None}}}}
        assert context({"CDK_CONTEXT_JSON": json.dumps(given)}) == given

    def test_takes_what_did_not_fit_from_its_file(self, tmp_path: Path) -> None:
        """A context too large for an environment variable is completed from the file that it lies in."""
        overflow = tmp_path / "context.json"
        overflow.write_text('{"notifier": {"pollEveryMinutes": 7}}')
        environment = {"CDK_CONTEXT_JSON": '{"a": 1}', "CONTEXT_OVERFLOW_LOCATION_ENV": str(overflow)}
        assert context(environment) == {"a": 1, "notifier": {"pollEveryMinutes": 7}}

    def test_is_empty_without_a_command_line(self) -> None:
        """Nothing handed over is nothing configured."""
        assert context({}) == {}


class TestLocalCloud:
    """`LocalCloud.parse`."""

    def test_is_none_in_aws(self) -> None:
        """Without the local cloud's context the stack is AWS's."""
        assert LocalCloud.parse(None) is None

    def test_reads_slacks_other_origin(self) -> None:
        """The local cloud says where its Slack receiver is."""
        assert LocalCloud.parse('{"slackOrigin": "http://127.0.0.1:1"}') == LocalCloud("http://127.0.0.1:1")
