"""Runs the project's tools the same way on every machine.

`make setup` uses it before anything is installed, so only `aws_data` and `node` import packages.
"""
