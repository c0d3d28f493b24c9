"""`python -m notifier`: prepares the process, then runs the command that the arguments name."""

import sys

from outposts_order_notifier.cli.process import prepare


def main() -> None:
    """Run the command line; Ctrl-C ends it quietly from the first moment, its imports included."""
    try:
        prepare()
        from outposts_order_notifier.cli.commands import run  # noqa: PLC0415 - the libraries read the environment when they are imported

        run()
    except KeyboardInterrupt:
        sys.exit(130)  # the exit code of a shell for it


if __name__ == "__main__":
    main()
