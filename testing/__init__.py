"""Builders and harness that the tests and the tools share."""
