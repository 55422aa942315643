"""Posts to a chat, or any other address, when the hospital needs a person; never blocks who notifies."""

import hashlib
import hmac
import http.client
import json
import queue
import threading
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from application.ports.observer import Observer
from domain.events import Event
from domain.hospital_events import CauseFound, InflowHigh, LettersOld

SIGNATURE = "X-Takeoff-Signature"
_WAITING = 1000
_TRIES = 3
_POST_S = 10.0
_CLOSE_S = 5.0


class WebhookObserver(Observer):
    """What happens within `batch_s` seconds is one request, tried three times; what is then not taken is dropped.

    The body is `{"text": ...}`, which Slack, Mattermost and others show as it is. With a `secret` the request carries
    its HMAC-SHA256 (RFC 2104) as `X-Takeoff-Signature: sha256=<hexadecimal>`. Without a `url` nothing is done at all.
    """

    def __init__(self, *, url: str, secret: str, batch_s: float = 5.0) -> None:
        self.dropped = 0
        self._url = url
        self._secret = secret.encode()
        self._batch_s = batch_s
        self._texts: queue.Queue[str | None] = queue.Queue(_WAITING)
        self._thread: threading.Thread | None = None

    def notify(self, event: Event) -> None:
        text = _text(event)
        if not self._url or text is None:
            return
        try:
            self._texts.put_nowait(text)
        except queue.Full:
            self.dropped += 1
        if self._thread is None:
            # A daemon: a receiver that does not answer must not keep the process.
            self._thread = threading.Thread(target=self._send, name="webhook", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Send what is left, for five seconds at most; blocks meanwhile."""
        if self._thread is not None:
            try:
                self._texts.put_nowait(None)
            except queue.Full:
                return
            self._thread.join(_CLOSE_S)

    def _send(self) -> None:
        while (first := self._texts.get()) is not None:
            texts, is_open = self._batch(first)
            if not self._post(texts):
                self.dropped += len(texts)
            if not is_open:
                return

    def _batch(self, first: str) -> tuple[list[str], bool]:
        texts = [first]
        until_s = time.monotonic() + self._batch_s
        while (left_s := until_s - time.monotonic()) > 0:
            try:
                text = self._texts.get(timeout=left_s)
            except queue.Empty:
                break
            if text is None:
                return texts, False
            texts.append(text)
        return texts, True

    def _post(self, texts: Sequence[str]) -> bool:
        body = json.dumps({"text": "\n".join(texts)}).encode()
        headers = {"Content-Type": "application/json"}
        if self._secret:
            headers[SIGNATURE] = f"sha256={hmac.digest(self._secret, body, hashlib.sha256).hex()}"
        for tried in range(_TRIES):
            if tried:
                time.sleep(self._batch_s * tried)
            try:
                if self._request(body, headers) < 300:
                    return True
            except (OSError, http.client.HTTPException):
                continue
        return False

    def _request(self, body: bytes, headers: dict[str, str]) -> int:
        parts = urlsplit(self._url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_POST_S)
        try:
            connection.request("POST", parts._replace(scheme="", netloc="").geturl() or "/", body, headers)
            return connection.getresponse().status
        finally:
            connection.close()


def _text(event: Event) -> str | None:
    match event:
        case CauseFound(group=group, reason=reason, reply_code=code):
            reply = f", reply {code}" if code else ""
            return f"Mails fail for a new cause: {reason}{reply}. takeoff-mailer hospital list --group {group}"
        case InflowHigh(letters=letters, within_s=within_s):
            return f"{letters} mails failed within {within_s:.0f} s. takeoff-mailer hospital groups"
        case LettersOld(oldest_age_s=age_s):
            return f"A failed mail has waited for {age_s / 3600:.0f} h. takeoff-mailer hospital groups"
        case _:
            return None
