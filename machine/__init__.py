"""What stands between a person's machine and the tools that this project runs there.

`make setup` uses it before anything is installed, so only `aws_data` and `node` import what is not in Python itself.
"""
