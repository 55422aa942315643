"""Waits for servers that were just started."""

import socket
import time

_PATIENCE_S = 20.0
_POLL_S = 0.02


def wait_for_port(port: int) -> None:
    """Block until something listens on loopback; raises TimeoutError after 20 s."""
    deadline_s = time.monotonic() + _PATIENCE_S
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"nothing listens on port {port}")
        time.sleep(_POLL_S)
