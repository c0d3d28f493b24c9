"""The largest memory that this process ever held."""

import resource
import sys
from pathlib import Path


def peak_mb() -> float:
    """Give the process' largest resident memory in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # there, ru_maxrss would be the parent's where that was larger
        (line,) = (line for line in status.read_text("utf-8").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1_024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
