"""Benchmark the notifier against a typical poller and the theoretical minimum; `make bench` runs it."""
