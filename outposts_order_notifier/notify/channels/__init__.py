"""The channels, a folder for each; docs/add-a-channel.md says how to add one.

A channel's folder has these modules; only the first three are required:

- `__init__.py`: `open_channel`, which returns the channel if the function's variables configure it, and `SETTINGS`, the
  names of those variables that each route has for itself.
- `settings.py`: its key in the configuration, what is allowed there, and the names of its environment variables.
- `infrastructure.py`: what the function needs for it on AWS (CDK).
- `doctor.py`: `check`, its checks for the `doctor` command.

A function's package contains only what its handler imports, so nothing that `open_channel` imports may import the last
three. `registry.py` names the channels.
"""
