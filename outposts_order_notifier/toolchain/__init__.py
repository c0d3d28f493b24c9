"""Run pip and uv the same way on every machine.

`make setup` imports it before anything is installed, so no module imports a package.
"""
