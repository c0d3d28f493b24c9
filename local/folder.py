"""A temporary folder that never outlives this process."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_SECONDS = 10  # processes that end at the same moment may still write into it


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Have a folder until the end of the `with` block, or of this process, even where it is killed.

    Another process removes it once the pipe between the two closes.
    """
    folder = tempfile.mkdtemp(prefix="outposts-order-notifier-")
    remover = subprocess.Popen(  # noqa: S603 - this very module
        [sys.executable, "-m", "local.folder", folder], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        yield Path(folder)
    finally:
        if remover.stdin:
            remover.stdin.close()
        remover.wait()


def main() -> None:
    """Wait for standard input to close; then remove the folder that the argument names."""
    os.read(sys.stdin.fileno(), 1)
    folder, deadline = Path(sys.argv[1]), time.monotonic() + PATIENCE_SECONDS
    while folder.exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.05)


if __name__ == "__main__":
    main()
