"""Builders and a harness that the tests and the tools share."""
