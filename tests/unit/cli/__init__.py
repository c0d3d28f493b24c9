"""Tests of the command line: what it says, given what it knows."""
