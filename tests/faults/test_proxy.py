"""The proxy passes bytes on, and each fault does what it is called."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.faults.proxy import Fault, FaultProxy, Way


class Echo:
    """Answers each piece with itself and keeps all that it read."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.pieces: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def wait_for(self, text: bytes) -> bool:
        """Whether it reads exactly this in the end."""
        deadline = time.monotonic() + 1
        while b"".join(self.pieces) != text and time.monotonic() < deadline:
            time.sleep(0.01)
        return b"".join(self.pieces) == text

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._echo, args=(connection,), daemon=True).start()

    def _echo(self, connection: socket.socket) -> None:
        with connection:
            try:
                while data := connection.recv(65536):
                    self.pieces.append(data)
                    connection.sendall(data)
            except OSError:
                return


@pytest.fixture
def echo() -> Iterator[Echo]:
    echo = Echo()
    yield echo
    echo.listener.close()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[FaultProxy]:
    with FaultProxy(echo.port) as proxy:
        yield proxy


@pytest.fixture
def client(proxy: FaultProxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=0.5) as client:
        client.sendall(b"hello")
        assert client.recv(100) == b"hello"
        yield client


def _say_until_reset(client: socket.socket, said: bytes) -> None:
    with suppress(ConnectionError):
        client.sendall(said)
        while client.recv(100):
            pass
        pytest.fail("the connection ended in order")


def test_latency_delays(proxy: FaultProxy, client: socket.socket) -> None:
    proxy.inflict(Fault(latency_s=0.1))
    started = time.monotonic()
    client.sendall(b"x")
    assert client.recv(1) == b"x"
    assert time.monotonic() - started >= 0.2


def test_hold_delays_until_it_is_healed_and_loses_nothing(proxy: FaultProxy, client: socket.socket) -> None:
    proxy.inflict(Fault(hold=Way.BOTH))
    client.sendall(b"x")
    with pytest.raises(TimeoutError):
        client.recv(1)
    proxy.heal()
    assert client.recv(1) == b"x"


def test_swallow_loses_one_direction_and_resets_when_it_is_healed(
    proxy: FaultProxy, client: socket.socket, echo: Echo
) -> None:
    proxy.inflict(Fault(swallow=Way.DOWN))
    client.sendall(b"x")
    with pytest.raises(TimeoutError):
        client.recv(1)
    assert b"x" in echo.pieces
    proxy.heal()
    with pytest.raises(ConnectionResetError):
        client.recv(1)


def test_slices_arrive_one_by_one(proxy: FaultProxy, client: socket.socket, echo: Echo) -> None:
    proxy.inflict(Fault(slice_bytes=2, slice_pause_s=0.02))
    client.sendall(b"abcdef")
    received = b""
    while len(received) < 6:
        received += client.recv(6)
    assert echo.pieces[1:] == [b"ab", b"cd", b"ef"]


def test_a_limit_lets_exactly_so_many_bytes_through_and_resets(
    proxy: FaultProxy, client: socket.socket, echo: Echo
) -> None:
    proxy.inflict(Fault(limit_bytes=8, times=1))
    _say_until_reset(client, b"abcdef")
    assert echo.wait_for(b"helloabc")
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=0.5) as second:
        second.sendall(b"a longer text")
        assert second.recv(100)


def test_a_cut_at_some_bytes_keeps_them_from_the_server(proxy: FaultProxy, client: socket.socket, echo: Echo) -> None:
    proxy.inflict(Fault(cut_at=b"ACK"))
    client.sendall(b"A")
    assert client.recv(1) == b"A"
    client.sendall(b"CK")
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    assert b"CK" not in echo.pieces
    assert proxy.cuts == 1


def test_a_fault_for_others_leaves_a_connection_alone(proxy: FaultProxy, client: socket.socket) -> None:
    proxy.inflict(Fault(swallow=Way.BOTH, only=b"goodbye"))
    client.sendall(b"x")
    assert client.recv(1) == b"x"
    proxy.inflict(Fault(swallow=Way.BOTH, only=b"hello"))
    client.sendall(b"y")
    with pytest.raises(TimeoutError):
        client.recv(1)


def test_refused_connections_are_reset(proxy: FaultProxy) -> None:
    proxy.inflict(Fault(refuse=True))
    # The kernel tells of it at once or at the first use.
    with suppress(ConnectionError), socket.create_connection(("127.0.0.1", proxy.port), timeout=0.5) as client:
        _say_until_reset(client, b"x")


def test_of_several_servers_one_that_is_there_takes_over(echo: Echo) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with FaultProxy(port, echo.port) as proxy, socket.create_connection(("127.0.0.1", proxy.port), 1) as client:
        client.sendall(b"x")
        assert client.recv(1) == b"x"
