"""The distribution's name and version, which everything else reads from here."""

NAME = "outposts-order-notifier"
__version__ = "0.1.0"
