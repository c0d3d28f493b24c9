"""The CDK application: one stack, built from the `notifier` context of cdk.json."""

import os
import sys
from pathlib import Path

from infra.context import context
from outposts_order_notifier.cdk.configuration import Configuration, ConfigurationError
from outposts_order_notifier.cdk.local_cloud import LocalCloud
from outposts_order_notifier.toolchain.environment import clean


def main() -> None:
    """Synthesize the stack; if the configuration is wrong, end with one line on stderr."""
    region = os.environ.get("CDK_DEFAULT_REGION")
    if not region:
        sys.exit("CDK_DEFAULT_REGION is not set: run this with the CDK command line, such as `cdk synth`")
    cleaned = clean(os.environ)
    os.environ.clear()
    os.environ.update(cleaned)
    values = context(os.environ)
    try:
        account = os.environ.get("CDK_DEFAULT_ACCOUNT")
        configuration = Configuration.parse(values.get("notifier"), region, account)
    except ConfigurationError as error:
        sys.exit(str(error))

    # The CDK starts Node, which takes seconds: report a mistake in the configuration first.
    import aws_cdk as cdk  # noqa: PLC0415

    from infra.stack import OutpostsOrderNotifier  # noqa: PLC0415
    from outposts_order_notifier.cdk import package  # noqa: PLC0415
    from outposts_order_notifier.cdk.limits import Synthesized, excesses  # noqa: PLC0415

    # The CDK's own error about too many resources does not say which key creates them.
    app = cdk.App(context={"@aws-cdk/core:stackResourceLimit": 0})
    try:
        stack = OutpostsOrderNotifier(
            app,
            "OutpostsOrderNotifier",
            configuration=configuration,
            local_cloud=LocalCloud.parse(values.get("localCloud")),
            env=cdk.Environment(account=account, region=region),
        )
    except RuntimeError:
        if package.failures:
            sys.exit(str(package.failures[0]))
        raise
    too_many_resources = cdk.Acknowledgment(
        id="CloudFormation-Validate::F0007", reason="outposts_order_notifier.cdk.limits names the key"
    )
    cdk.Validations.of(stack).acknowledge(too_many_resources)
    artifact = app.synth().get_stack_artifact(stack.artifact_id)
    template = Synthesized(stack.stack_name, Path(artifact.template_full_path).read_text(encoding="utf-8"))
    for excess in excesses(template):
        sys.exit(str(excess))


if __name__ == "__main__":
    main()
