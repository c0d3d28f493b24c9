"""The command line of the local cloud."""

import argparse
import io
import json
import math
import os
import shlex
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.emulator import choose_port
from local.errors import LocalCloudError

if TYPE_CHECKING:
    from local.cloud import LocalCloud

# A closed terminal or a `kill` ends it as Ctrl-C does, so that everything is shut down.
ENDINGS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
IS_POSIX = os.name == "posix"
# An `aws` that works with the local cloud and any version of the AWS CLI.
BIN = Path(__file__).resolve().parent / "bin"
PROXY_VARIABLES = [name for proxy in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY") for name in (proxy, proxy.lower())]


def main() -> None:
    """Run the command in the arguments."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # an old terminal cannot show a bullet
    arguments = _arguments()
    if not IS_POSIX:
        sys.exit("error: the local cloud needs a POSIX system; on Windows, run it in the Windows Subsystem for Linux")
    for number in ENDINGS:
        signal.signal(number, _end)
    try:
        arguments.run(arguments)
    except LocalCloudError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit(130)  # as shells report it


def _end(*_: object) -> None:
    """Raise an exception once; a second Ctrl-C must not interrupt the clean-up."""
    for number in ENDINGS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m local", description="Run the notifier on this machine, without AWS."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = commands.add_parser(
        "up",
        help="deploy the notifier to the local cloud, and keep it running until Ctrl-C",
        description="Deploy the notifier to an AWS emulator on this machine, and keep it running until Ctrl-C, so that "
        "any AWS client can work with it.",
    )
    up.add_argument("--port", type=int, metavar="P", help="the AWS emulator's port (4566, or a free one if in use)")
    up.add_argument(
        "--config", type=Path, metavar="FILE", help="a `notifier` configuration, JSON, instead of the default"
    )
    up.add_argument("--outposts-endpoint", metavar="URL", help="an Outposts endpoint instead of the simulator")
    up.add_argument("--slack-webhook", metavar="URL", help="a Slack webhook instead of the built-in receiver's")
    up.add_argument(
        "--outputs", type=Path, metavar="FILE", help="write the stack's outputs to FILE, as JSON, when all is ready"
    )
    up.set_defaults(run=_up)
    demo = commands.add_parser(
        "demo",
        help="play the lives of some orders, and show what a team would see",
        description="Deploy the notifier to the local cloud, play the lives of some orders in fast motion, and show "
        "what a team would see.",
    )
    demo.add_argument(
        "--seconds-per-day", type=float, default=1.0, metavar="S", help="how many seconds a day takes (%(default)s)"
    )
    demo.set_defaults(run=_demo)
    return parser.parse_args()


def _up(arguments: argparse.Namespace) -> None:
    port = choose_port(arguments.port)
    configured = {"notifier": _notifier(arguments.config)} if arguments.config else {}
    if arguments.slack_webhook and not arguments.slack_webhook.startswith(("http://", "https://")):
        raise LocalCloudError(f"--slack-webhook {arguments.slack_webhook}: must begin with http:// or https://")
    if arguments.outputs and not arguments.outputs.absolute().parent.is_dir():
        raise LocalCloudError(f"--outputs {arguments.outputs}: the folder {arguments.outputs.parent} does not exist")
    # It imports boto3 and much else, which takes longer than to find a mistake in the arguments.
    from local.cloud import local_cloud  # noqa: PLC0415

    servers = {"outposts_endpoint": arguments.outposts_endpoint, "slack_webhook": arguments.slack_webhook}
    with local_cloud(_say, port, **configured, **servers) as cloud:
        if arguments.outputs:
            _write(arguments.outputs, cloud.outputs)
        _say(_ready(cloud))
        while cloud.emulator.exit_code is None:
            time.sleep(0.5)
        raise LocalCloudError(f"the AWS emulator ended unexpectedly; its last output:\n{cloud.emulator.output[-2000:]}")


def _demo(arguments: argparse.Namespace) -> None:
    if not 0 < arguments.seconds_per_day < math.inf:
        raise LocalCloudError(f"--seconds-per-day {arguments.seconds_per_day}: must be a number above 0")
    from rich.console import Console  # noqa: PLC0415 - not needed for `up`

    from local.demo import run  # noqa: PLC0415 - as above

    run(arguments.seconds_per_day, Console(highlight=False))


def _notifier(path: Path) -> Any:
    try:
        notifier = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise LocalCloudError(f"--config {path}: the file does not exist") from error
    except OSError as error:
        raise LocalCloudError(f"--config {path}: the file cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise LocalCloudError(f"--config {path}: the file is not JSON ({error})") from error
    if not isinstance(notifier, dict):
        raise LocalCloudError(f"--config {path}: must contain the `notifier` configuration, a JSON object")
    return notifier


def _write(path: Path, outputs: dict[str, str]) -> None:
    """Write the whole file at once, so that a program that waits for it never reads half of it."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(json.dumps(outputs, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)


def _ready(cloud: "LocalCloud") -> str:
    proxied = any(os.environ.get(name) for name in PROXY_VARIABLES)
    changed = [name for name in os.environ if name.startswith("AWS_") or (proxied and name.upper() == "NO_PROXY")]
    lines = [
        "Ready. To use any AWS client with it, paste these lines into another shell:",
        "  unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN",
        *(f"  export {name}={shlex.quote(os.environ[name])}" for name in changed),
        f'  export PATH={shlex.quote(str(BIN))}:"$PATH"',
        f"To deploy a CDK application of your own there: cdk deploy -c localCloud={shlex.quote(cloud.context)}",
        "",
        *(f"  {name:<21} {value}" for name, value in cloud.outputs.items()),
        "",
        *(f"  {name:<21} {url}" for name, url in cloud.addresses.items()),
        "",
        "Press Ctrl-C to shut everything down.",
    ]
    return "\n".join(lines)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the terminal is this program's interface


if __name__ == "__main__":
    main()
