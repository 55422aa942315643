"""Datadog's public API, as far as dashboards and monitors go (docs.datadoghq.com/api/latest/)."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode

# Their own clients wait for a minute; nobody who waits at a terminal does.
_TIMEOUT_S = 30.0
_PAGE = 100


class DatadogApiError(Exception):
    """Something was refused or cannot be reached; `problem` is one line without a key.

    DatadogApiError
    |-- KeysRefused      the keys are wrong, lack a permission, or belong to another site
    |-- RequestRefused   Datadog does not take what is in the files
    `-- ApiUnavailable   no answer, or "not now"
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class KeysRefused(DatadogApiError):
    """A person must change the keys."""


class RequestRefused(DatadogApiError):
    """A person must change the files."""


class ApiUnavailable(DatadogApiError):
    """Try again later."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the keys to another host."""

    def redirect_request(self, *_: object) -> None:
        """Follow none."""


_OPENER = urllib.request.build_opener(_NoRedirect)


class DatadogApi:
    """`url` is such as https://api.datadoghq.com; blocks, and raises DatadogApiError."""

    def __init__(self, *, url: str, api_key: str, app_key: str) -> None:
        self._url = url.rstrip("/")
        self._headers = {"DD-API-KEY": api_key, "DD-APPLICATION-KEY": app_key, "Content-Type": "application/json"}

    def monitors(self, tag: str) -> list[dict[str, Any]]:
        """List the monitors that have a tag, page by page."""
        found: list[dict[str, Any]] = []
        for page in range(_PAGE):
            query = urlencode({"monitor_tags": tag, "page": page, "page_size": _PAGE})
            batch = self._call("GET", f"/api/v1/monitor?{query}")
            found += batch
            if len(batch) < _PAGE:
                break
        return found

    def dashboards(self) -> list[dict[str, Any]]:
        """List all dashboards: ids, titles and descriptions, without widgets."""
        return list(self._call("GET", "/api/v1/dashboard")["dashboards"])

    def dashboard(self, identity: str) -> dict[str, Any]:
        """Fetch one dashboard."""
        return dict(self._call("GET", f"/api/v1/dashboard/{identity}"))

    def create(self, kind: str, body: Mapping[str, Any]) -> None:
        """Make a `monitor` or a `dashboard`."""
        self._call("POST", f"/api/v1/{kind}", body)

    def update(self, kind: str, identity: str | int, body: Mapping[str, Any]) -> None:
        """Give a `monitor` or a `dashboard` this content."""
        self._call("PUT", f"/api/v1/{kind}/{identity}", body)

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401  JSON
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, self._headers, method=method)  # noqa: S310  see settings
        try:
            with _OPENER.open(request, timeout=_TIMEOUT_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise _refusal(error) from None
        except (OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or type(error).__name__
            raise ApiUnavailable(f"{self._url} does not answer as Datadog does: {reason}") from None


def _refusal(error: urllib.error.HTTPError) -> DatadogApiError:
    with error:
        told = _told(error.read())
    if error.code in {401, 403}:
        return KeysRefused(f"Datadog refuses the keys ({error.code} {told}): they must be of this site, and may write")
    if error.code == 429 or error.code >= 500:
        return ApiUnavailable(f"Datadog asks to come back later ({error.code} {told})")
    return RequestRefused(f"Datadog refuses the request ({error.code} {told})")


def _told(body: bytes) -> str:
    try:
        return "; ".join(map(str, json.loads(body)["errors"]))
    except (ValueError, KeyError, TypeError):
        return "without a word"
