"""The AWS emulator, ministack, on a port of this machine."""

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import urllib3

from local.child import ChildProcess
from local.errors import LocalCloudError
from local.server import HOST
from outposts_order_notifier.toolchain.environment import bare

USUAL_PORT = 4566
# Bound, never listened to, by the local cloud that may use the usual port: it does not listen there yet when it starts.
RESERVATION_PORT = 24566
START_SECONDS = 60
_reservation: list[socket.socket] = []


@contextmanager
def emulator(port: int, folder: Path) -> Iterator[ChildProcess]:
    """Run the emulator on a port until the end of the `with` block; its log and temporary files go to the folder."""
    environment = {
        **bare(os.environ),
        **{name: value for name, value in os.environ.items() if name.startswith(("AWS_", "MINISTACK_REGION"))},
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "IOT_MTLS_ENABLED": "0",  # its MQTT broker would listen on every address, ignoring BIND_HOST
        "TMPDIR": str(folder),
    }
    with ChildProcess([sys.executable, "-m", "ministack"], folder / "emulator.log", environment) as process:
        deadline = time.monotonic() + START_SECONDS
        # Its own log, because somebody else's emulator on the port would answer, too.
        while f"Running on http://{HOST}:{port} " not in process.output or not _is_ready(port):
            if process.exit_code is not None or time.monotonic() > deadline:
                raise LocalCloudError(f"the AWS emulator did not start on port {port}:\n{process.output[-2000:]}")
            time.sleep(0.1)
        yield process


def choose_port(wanted: int | None) -> int:
    """Return the wanted port if it is free; by default, the usual port of AWS emulators, else any free one."""
    if wanted is not None:
        if not _is_free(wanted):
            raise LocalCloudError(f"port {wanted} is in use; choose another, or omit --port to get a free one")
        return wanted
    if _is_free(USUAL_PORT) and _reserve_usual_port():
        return USUAL_PORT
    try:
        with socket.create_server((HOST, 0)) as free:
            port: int = free.getsockname()[1]
            return port
    except OSError as error:
        raise LocalCloudError(f"nothing can listen on {HOST}, this machine's own address: {error.strerror}") from error


def _reserve_usual_port() -> bool:
    """Reserve the usual port until this process ends; return False if a local cloud has reserved it."""
    reserving = socket.socket()
    try:
        reserving.bind((HOST, RESERVATION_PORT))
    except OSError:
        reserving.close()
        return False
    _reservation.append(reserving)
    return True


def _is_free(port: int) -> bool:
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return False
    except OverflowError as error:
        raise LocalCloudError(f"{port} is not a port; choose one from 1 to 65535") from error
    return True


def _is_ready(port: int) -> bool:
    try:
        answer = urllib3.request("GET", f"http://{HOST}:{port}/_ministack/ready", retries=False, timeout=5)
    except urllib3.exceptions.HTTPError:
        return False
    return answer.status == 200  # noqa: PLR2004 - HTTP's own
