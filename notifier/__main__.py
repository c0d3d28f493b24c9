"""The operator's command line."""

import argparse
import sys

import boto3

from notifier.redrive import redrive
from notifier.stack import NotDeployedError, Stack


def main() -> None:
    """Run the command that the arguments name."""
    parser = argparse.ArgumentParser(
        prog="python -m notifier", description="Operates the deployed notifier, with your AWS credentials and region."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser(
        "redrive",
        help="send the notifications that rest in the dead-letter queue again",
        description="Sends the notifications that rest in the dead-letter queue again. Mend the channel before; a "
        "channel that was told already is not told again.",
    )
    command.set_defaults(run=_redrive)
    try:
        parser.parse_args().run()
    except NotDeployedError as error:
        sys.exit(f"error: {error}")


def _redrive() -> None:
    stack = Stack()
    moved = redrive(boto3.client("sqs"), stack.outputs["DeadLetterQueueUrl"], stack.notify_queue_url)
    print(f"{moved} messages sent again" if moved else "The dead-letter queue is empty")  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
