"""What stands between a person's machine and the tools that this project runs there.

Only Python's standard library is imported here: `make setup` uses it before anything is installed.
"""
