"""Keep `python -m notifier` working, which runbooks name."""
