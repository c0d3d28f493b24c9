"""How long a call to AWS may take."""

from typing import Literal

from botocore.config import Config


def brief(
    total_max_attempts: int, *, mode: Literal["standard", "adaptive"] = "standard", max_pool_connections: int = 10
) -> Config:
    """Configure a client that gives a hanging call up well before the function's time is.

    botocore's own time-outs are a minute each. An attempt takes at most ten seconds here.
    """
    return Config(
        connect_timeout=2,
        read_timeout=8,
        retries={"mode": mode, "total_max_attempts": total_max_attempts},
        max_pool_connections=max_pool_connections,
    )
