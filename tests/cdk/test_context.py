"""Reading the context that the CDK command line passes on."""

import json
from pathlib import Path

from infra.context import context
from outposts_order_notifier.cdk.local_cloud import LocalCloud


class TestContext:
    """`context`."""

    def test_keeps_nulls(self) -> None:
        """A null, which removes a threshold, is passed on."""
        given = {"notifier": {"stalledAfterDays": {"order": {"ERROR": None}}}}
        assert context({"CDK_CONTEXT_JSON": json.dumps(given)}) == given

    def test_reads_what_did_not_fit_from_its_file(self, tmp_path: Path) -> None:
        """A context too large for an environment variable is completed from a file."""
        overflow = tmp_path / "context.json"
        overflow.write_text('{"notifier": {"pollEveryMinutes": 7}}')
        environment = {"CDK_CONTEXT_JSON": '{"a": 1}', "CONTEXT_OVERFLOW_LOCATION_ENV": str(overflow)}
        assert context(environment) == {"a": 1, "notifier": {"pollEveryMinutes": 7}}

    def test_is_empty_without_a_command_line(self) -> None:
        """Without a context, nothing is configured."""
        assert context({}) == {}


class TestLocalCloud:
    """`LocalCloud.parse`."""

    def test_is_none_in_aws(self) -> None:
        """Without the local cloud's context, the stack is for AWS."""
        assert LocalCloud.parse(None) is None

    def test_reads_slacks_other_origin(self) -> None:
        """The local cloud sets the address of its Slack receiver."""
        assert LocalCloud.parse('{"slackOrigin": "http://127.0.0.1:1"}') == LocalCloud("http://127.0.0.1:1")
