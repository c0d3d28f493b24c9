"""What botocore knows of AWS, whatever a person's profile, settings and own models say."""

import os

from botocore.loaders import Loader
from botocore.session import Session

# Session variables are (name in a file, name in the environment, default, conversion); here each is its default.
_NOBODYS = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


def session() -> Session:
    """Give a session that is only asked for botocore's own data."""
    nobody = Session(session_vars=_NOBODYS)
    files = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    nobody.register_component("data_loader", files)
    return nobody
