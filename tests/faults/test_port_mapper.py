"""The port mapper registers nodes while they live and sends the way to the others past their proxies."""

import socket
import struct
import time
from collections.abc import Iterator

import pytest

from tests.faults.port_mapper import PortMapper
from tests.faults.ports import quiet_ports

REGISTER = b"\x78" + struct.pack("!HBBHHH", 4711, 77, 0, 6, 5, 4) + b"here" + b"\0\0"
LOOK_UP, NAMES = b"\x7a", b"\x6e"
# Found; a normal node's port, that speaks TCP; the versions of the protocol; its name, and nothing else.
FOUND = struct.Struct("!BBHBBHHH")


@pytest.fixture
def mapper_port() -> Iterator[int]:
    (port,) = quiet_ports(1)
    with PortMapper(port, {"there": 4712}):
        yield port


def ask(port: int, request: bytes) -> bytes:
    """The whole answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(struct.pack("!H", len(request)) + request)
        with connection.makefile("rb") as answer:
            return answer.read()


def test_another_node_is_found_at_the_port_of_the_way_to_it(mapper_port: int) -> None:
    assert ask(mapper_port, LOOK_UP + b"there") == FOUND.pack(119, 0, 4712, 77, 0, 6, 5, 5) + b"there\0\0"


def test_a_node_is_known_for_as_long_as_its_connection_lasts(mapper_port: int) -> None:
    with socket.create_connection(("127.0.0.1", mapper_port), timeout=5) as connection:
        connection.sendall(struct.pack("!H", len(REGISTER)) + REGISTER)
        assert connection.recv(6) == b"\x76\0\0\0\0\x01"
        assert ask(mapper_port, LOOK_UP + b"here").startswith(b"\x77\0" + struct.pack("!H", 4711))
        assert ask(mapper_port, NAMES) == struct.pack("!I", mapper_port) + b"name here at port 4711\n"
    deadline = time.monotonic() + 10
    while ask(mapper_port, LOOK_UP + b"here") != b"\x77\x01":
        assert time.monotonic() < deadline
