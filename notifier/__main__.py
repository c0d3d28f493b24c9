"""The operator's command line."""

import signal
import sys
import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError
from botocore.exceptions import ConnectionError as NoConnectionError

from notifier.doctor import doctor
from notifier.errors import OperatorError
from notifier.events import events
from notifier.notification import notification
from notifier.orders import orders, show
from notifier.poll import poll
from notifier.preview import preview
from notifier.redrive import redrive
from notifier.replay import replay
from notifier.terminal import note, say

PROGRAM = "python -m notifier"
UNWRITTEN = "the answer could not be written to stdout"
# Codes of errors that the caller's credentials are the cause of, in the words of the services that are asked.
# Most are of https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html
OF_CREDENTIALS = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "NotAuthorized",
        "OptInRequired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)

# Each command, and examples of it.
COMMANDS: dict[str, tuple[Callable[..., None], tuple[str, ...]]] = {
    "orders": (orders, ("orders", "orders --all --status ERROR", "orders --json | jq -r '.[].orderId'")),
    "show": (show, ("show oo-0123456789abcdef0",)),
    "events": (events, ("events oo-0123456789abcdef0",)),
    "poll": (poll, ("poll", "poll oo-0123456789abcdef0")),
    "replay": (
        replay,
        (
            "replay --order oo-0123456789abcdef0 --from-sequence 3 --to-sequence 9",
            "replay --start 2026-11-24T09:00:00Z --end 2026-11-24T10:00:00Z --rule replaced-or-failed",
        ),
    ),
    "redrive": (redrive, ("redrive",)),
    "test-notification": (notification, ("test-notification", "test-notification --only shipment --only alarm")),
    "doctor": (doctor, ("doctor", "doctor --json | jq '.[] | select(.verdict != \"ok\")'")),
    "preview": (
        preview,
        (
            "preview --region eu-west-1",
            "preview --role-arn arn:aws:iam::123456789012:role/Reader --external-id orders",
            "preview --watch --interval 60 --folder ./preview | jq -c '.detail'",
        ),
    ),
}


def main() -> None:
    """Run the command that the arguments name; what goes wrong is told in one line, with an exit code other than 0."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what is temporary is removed then, too
    try:
        sys.exit(_run())
    except OperatorError as error:
        _end(str(error))
    except typer.TyperException as error:
        told = error.format_message().rstrip(".") or "no command was given"
        _end(f"{told}. Look at `{PROGRAM} --help`", error.exit_code)
    except ClientError as error:
        _end(_with_hint(error))
    except NoCredentialsError:
        _end("no AWS credentials were found: give --profile, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and the like")
    except (HTTPClientError, NoConnectionError) as error:
        _end(f"{error}. Look at your network, --region, and AWS_ENDPOINT_URL where it is set")
    except BotoCoreError as error:
        _end(f"{str(error).rstrip('.')}. Look at your AWS configuration, credentials, --region and --profile")
    except BrokenPipeError:
        sys.stderr.close()  # whoever read has gone, and Python would complain of what it could not write
        sys.exit(1)
    except OSError as error:
        with suppress(OSError):
            sys.stdout.close()  # Python would try once more at its end, and complain
        _end(str(error) if error.filename else f"{UNWRITTEN}: {error.strerror}")
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)  # as shells tell it


def _run() -> int:
    if sys.stdout is None:  # the next file that is opened would take its place
        raise OperatorError(f"{UNWRITTEN}: it is closed")
    code: int = _app()(prog_name=PROGRAM, standalone_mode=False)
    return code


def _with_hint(error: ClientError) -> str:
    of_credentials = error.response["Error"]["Code"] in OF_CREDENTIALS
    return f"{error}. Look at your credentials' permissions, --region and --profile" if of_credentials else str(error)


def _app() -> typer.Typer:
    app = typer.Typer(
        help="Operates the deployed notifier, with your AWS credentials and region. Answers go to stdout, all else to "
        "stderr; the exit code is 0 only where nothing is wrong.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for name, (command, examples) in COMMANDS.items():
        epilog = "\n\n".join(["Examples:", *(f"`{PROGRAM} {example}`" for example in examples)])
        app.command(name, epilog=epilog)(command)
    return app


def _tell_version(asked: bool) -> None:
    if asked:
        project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
        say(f"{project['name']} {project['version']}")
        raise typer.Exit


def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def _end(text: str, code: int = 1) -> None:
    note(f"error: {text}")
    sys.exit(code)


if __name__ == "__main__":
    main()
