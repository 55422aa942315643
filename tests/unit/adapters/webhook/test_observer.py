"""Whoever listens at the webhook gets text that it can check, and whoever does not costs nobody anything."""

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from adapters.webhook.observer import SIGNATURE, WebhookObserver
from domain.hospital_events import CauseFound, InflowHigh, LettersAdmitted, LettersOld
from tests.doubles.every_event import CANARY, EVERY_EVENT

FOUND = CauseFound(group="0123456789ab", reason="refused_permanently", reply_code=550)
SECRET = "s3cret"


class Receiver(HTTPServer):
    """Answers with `statuses`, the last one for ever, and keeps what it got."""

    def __init__(self, *statuses: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses = list(statuses)
        self.bodies: list[bytes] = []
        self.signatures: list[str | None] = []
        self.paths: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/services/T0?x=1"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.signatures.append(self.headers[SIGNATURE])
        self.server.paths.append(self.path)
        statuses = self.server.statuses
        self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def receiving(*statuses: int) -> Iterator[Receiver]:
    with Receiver(*statuses) as receiver:
        thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield receiver
        finally:
            receiver.shutdown()
            thread.join()


def test_what_happens_together_is_one_signed_request_of_text() -> None:
    with receiving(200) as receiver:
        observer = WebhookObserver(url=receiver.url, secret=SECRET, batch_s=30)
        for event in (FOUND, InflowHigh(letters=200, within_s=60), LettersOld(oldest_age_s=90_000)):
            observer.notify(event)
        observer.close()
        (body,) = receiver.bodies
        assert receiver.signatures == [f"sha256={hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}"]
        assert receiver.paths == ["/services/T0?x=1"]
    assert json.loads(body)["text"].splitlines() == [
        "Mails fail for a new cause: refused_permanently, reply 550. takeoff-mailer hospital list --group 0123456789ab",
        "200 mails failed within 60 s. takeoff-mailer hospital groups",
        "A failed mail has waited for 25 h. takeoff-mailer hospital groups",
    ]


@pytest.mark.parametrize(("statuses", "requests", "dropped"), [((503, 200), 2, 0), ((500,), 3, 1)])
def test_a_receiver_that_fails_is_asked_three_times(statuses: tuple[int, ...], requests: int, dropped: int) -> None:
    with receiving(*statuses) as receiver:
        observer = WebhookObserver(url=receiver.url, secret="", batch_s=0.01)
        observer.notify(FOUND)
        observer.close()
        assert (len(receiver.bodies), observer.dropped) == (requests, dropped)
        assert set(receiver.signatures) == {None}


def test_where_nobody_listens_or_answers_the_caller_is_not_held_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        observer = WebhookObserver(url=f"http://127.0.0.1:{silent.getsockname()[1]}/", secret="", batch_s=0)
        for _ in range(1500):
            observer.notify(FOUND)
        # The thread waits for the silent one; of what came since, a thousand wait and the others are counted.
        assert observer.dropped >= 400


def test_no_other_event_is_told_and_without_an_address_none() -> None:
    with receiving(200) as receiver:
        observer = WebhookObserver(url=receiver.url, secret="", batch_s=0.01)
        observer.notify(LettersAdmitted(new=1, returned=0, known=0))
        WebhookObserver(url="", secret=SECRET).notify(FOUND)
        for event in EVERY_EVENT:
            observer.notify(event)
        observer.close()
        told = b"".join(receiver.bodies)
    assert told.count(b"takeoff-mailer hospital") == 3
    assert CANARY.encode() not in told
