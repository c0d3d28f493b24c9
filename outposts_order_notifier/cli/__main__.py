"""`python -m notifier`: prepares the process, and runs the command that the arguments name."""

import sys

from outposts_order_notifier.cli.process import prepare


def main() -> None:
    """Run the command line. Ctrl-C ends it without an error message, even while it imports its libraries."""
    try:
        prepare()
        from outposts_order_notifier.cli.commands import run  # noqa: PLC0415 - libraries read the environment when they are imported

        run()
    except KeyboardInterrupt:
        sys.exit(130)  # as a shell does after Ctrl-C


if __name__ == "__main__":
    main()
