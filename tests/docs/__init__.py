"""Tests of the documentation and its site."""
