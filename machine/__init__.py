"""Sets up the project's tools and runs them, the same way on every machine.

`make setup` uses it before anything is installed, so it imports packages only when it needs them.
"""
