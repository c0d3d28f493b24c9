"""Run pip and Node the same way on every machine.

`make setup` imports it before anything is installed, so only `node` imports a package.
"""
