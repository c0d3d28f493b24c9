"""`python -m notifier`: the command line, under its first name."""

from outposts_order_notifier.cli.__main__ import main

if __name__ == "__main__":
    main()
