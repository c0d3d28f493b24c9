"""Measures this project beside a usual poller and the least that any poller must do; `make bench` runs it."""
