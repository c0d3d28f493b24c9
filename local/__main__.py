"""The local cloud's command line."""

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
from typing import Any

from local.cloud import DEFAULT_NOTIFIER, LocalCloud, Options, local_cloud
from local.emulator import choose_port
from local.errors import LocalCloudError

# A terminal that closes or a `kill` ends it as Ctrl-C does: by the way that takes everything down.
ENDINGS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
IS_POSIX = os.name == "posix"
# An `aws` that works with the local cloud whatever the version of the AWS CLI.
BIN = Path(__file__).resolve().parent / "bin"
PROXY_VARIABLES = [name for proxy in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY") for name in (proxy, proxy.lower())]


def main() -> None:
    """Run the command that the arguments name."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # no terminal is too old for a bullet
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
    """End by an exception, once: who presses Ctrl-C twice would interrupt the cleaning up."""
    for number in ENDINGS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local", description="The notifier on this machine, without AWS.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = commands.add_parser(
        "up",
        help="deploy the notifier onto the local cloud, and stay up until Ctrl-C",
        description="Deploys the notifier onto an AWS emulator on this machine, and stays up until Ctrl-C, so that "
        "any AWS client can work with it.",
    )
    up.add_argument("--port", type=int, metavar="P", help="the AWS emulator's port (4566, or a free one if taken)")
    up.add_argument(
        "--config", type=Path, metavar="FILE", help="a `notifier` configuration, JSON, instead of the demo's"
    )
    up.add_argument("--outposts-endpoint", metavar="URL", help="an Outposts endpoint instead of the simulator")
    up.add_argument("--slack-webhook", metavar="URL", help="a Slack webhook instead of the built-in receiver's")
    up.add_argument(
        "--outputs", type=Path, metavar="FILE", help="write the stack's outputs there, as JSON, once all is ready"
    )
    up.set_defaults(run=_up)
    demo = commands.add_parser(
        "demo",
        help="play orders' lives against the notifier, and show what a team would see",
        description="Deploys the notifier onto the local cloud, plays orders' lives in sped-up time, and shows what "
        "a team would see. Ends by itself.",
    )
    demo.add_argument(
        "--seconds-per-day",
        type=float,
        default=1.5,
        metavar="S",
        help="how long a day of the orders' lives takes (1.5)",
    )
    demo.set_defaults(run=_demo)
    return parser.parse_args()


def _up(arguments: argparse.Namespace) -> None:
    options = Options(
        port=choose_port(arguments.port),
        notifier=_notifier(arguments.config) if arguments.config else DEFAULT_NOTIFIER,
        outposts_endpoint=arguments.outposts_endpoint,
        slack_webhook=arguments.slack_webhook,
    )
    if arguments.slack_webhook and not arguments.slack_webhook.startswith(("http://", "https://")):
        raise LocalCloudError(f"--slack-webhook {arguments.slack_webhook}: it should begin with http:// or https://")
    if arguments.outputs and not arguments.outputs.absolute().parent.is_dir():
        raise LocalCloudError(f"--outputs {arguments.outputs}: there is no folder {arguments.outputs.parent}")
    with local_cloud(options, _say) as cloud:
        if arguments.outputs:
            _write(arguments.outputs, cloud.outputs)
        _say(_ready(cloud))
        while cloud.emulator.exit_code is None:
            time.sleep(0.5)
        raise LocalCloudError(f"the AWS emulator ended by itself; its last words:\n{cloud.emulator.output[-2000:]}")


def _demo(arguments: argparse.Namespace) -> None:
    if not 0 < arguments.seconds_per_day < math.inf:
        raise LocalCloudError(f"--seconds-per-day {arguments.seconds_per_day}: it should be a number above 0")
    from rich.console import Console  # noqa: PLC0415 - what `up` need not load

    from local.demo import run  # noqa: PLC0415 - as above

    run(arguments.seconds_per_day, Console(highlight=False))


def _notifier(path: Path) -> Any:
    try:
        notifier = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LocalCloudError(f"--config {path}: {error}; it should be a file of JSON") from error
    if not isinstance(notifier, dict):
        raise LocalCloudError(f"--config {path}: it holds no object; it should hold the `notifier` object as JSON")
    return notifier


def _write(path: Path, outputs: dict[str, str]) -> None:
    """Write the whole file at once: whoever waits for it never reads half of it."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(json.dumps(outputs, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)


def _ready(cloud: LocalCloud) -> str:
    proxied = any(os.environ.get(name) for name in PROXY_VARIABLES)
    changed = [name for name in os.environ if name.startswith("AWS_") or (proxied and name.upper() == "NO_PROXY")]
    lines = [
        "Ready. For any AWS client:",
        "  unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN",
        *(f"  export {name}={shlex.quote(os.environ[name])}" for name in changed),
        f'  export PATH={shlex.quote(str(BIN))}:"$PATH"',
        "",
        *(f"  {name:<21} {value}" for name, value in cloud.outputs.items()),
        "",
        f"  Board                 {cloud.board_url}/",
        f"  Mails                 {cloud.mailbox_url}/_mailbox/mails",
        *([f"  Slack messages        {cloud.slack_url}/_receiver/messages"] if cloud.slack_url else []),
        *([f"  Webhook messages      {cloud.webhook_url}/_webhook/messages"] if cloud.webhook_url else []),
        "",
        "Ctrl-C takes everything down.",
    ]
    return "\n".join(lines)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the terminal is this program's face


if __name__ == "__main__":
    main()
