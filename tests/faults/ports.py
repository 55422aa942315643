"""Ports for servers that go down and come back."""

import itertools
import os
import socket

# Below the range from which Linux takes the ports of outgoing connections (ip_local_port_range): nobody takes a
# server's port while it is down. Another start for each process, so that two runs do not meet.
_candidates = itertools.cycle(range(20000, 32000))
_START = os.getpid() * 61 % 12000


def quiet_ports(count: int) -> list[int]:
    """Find TCP ports that nothing on loopback listens on and no outgoing connection will be given."""
    found: list[int] = []
    while len(found) < count:
        port = 20000 + (next(_candidates) - 20000 + _START) % 12000
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                found.append(port)
    return found
