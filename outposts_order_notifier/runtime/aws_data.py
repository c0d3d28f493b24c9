"""botocore's data on AWS, independent of a person's profile, settings and own models."""

import os
from functools import cache

from botocore.loaders import Loader
from botocore.session import Session

# A session variable is (name in a file, name in the environment, default, conversion); these have only the default.
_DEFAULTS = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


@cache  # it takes 0.15 s to load, and nobody changes it
def session() -> Session:
    """Return a session that only serves botocore's own data."""
    neutral = Session(session_vars=_DEFAULTS)
    files = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    neutral.register_component("data_loader", files)
    return neutral
