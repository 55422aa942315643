"""The few calls of RabbitMQ's management API that tests need; each takes some milliseconds."""

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

_CALL_S = 10.0
# Its quorum queues go one by one, with a word of every node, on a machine that has other work.
_DELETE_S = 60.0
_AUTHORIZATION = "Basic " + base64.b64encode(b"guest:guest").decode()


@dataclass(frozen=True, slots=True)
class Management:
    """The HTTP API of one node, as its default user."""

    port: int

    def is_ready(self) -> bool:
        """Whether the node serves AMQP clients."""
        try:
            self._call("GET", "health/checks/virtual-hosts")
            self._call("GET", "health/checks/protocol-listener/amqp")
        except OSError:
            return False
        return True

    def add_vhost(self, name: str, **settings: str) -> None:
        self._call("PUT", f"vhosts/{name}", settings)

    def delete_vhost(self, name: str) -> None:
        self._call("DELETE", f"vhosts/{name}", deadline_s=_DELETE_S)

    def add_user(self, name: str, *, vhost: str, configure: str = ".*", write: str = ".*", read: str = ".*") -> None:
        """Add a user, with its name as password, that may do in `vhost` what the patterns match."""
        self._call("PUT", f"users/{name}", {"password": name, "tags": ""})
        self._call("PUT", f"permissions/{vhost}/{name}", {"configure": configure, "write": write, "read": read})

    def delete_user(self, name: str) -> None:
        self._call("DELETE", f"users/{name}")

    def add_policy(self, vhost: str, name: str, *, pattern: str, definition: dict[str, Any]) -> None:
        self._call("PUT", f"policies/{vhost}/{name}", {"pattern": pattern, "definition": definition})

    def delete_policy(self, vhost: str, name: str) -> None:
        self._call("DELETE", f"policies/{vhost}/{name}")

    def queues(self, vhost: str) -> list[dict[str, Any]]:
        """Describe the queues; counts lag by seconds (`rabbitmqctl list_queues` has them live)."""
        found: list[dict[str, Any]] = self._call("GET", f"queues/{vhost}")
        return found

    def declare_queue(self, vhost: str, name: str, arguments: dict[str, Any]) -> None:
        self._call("PUT", f"queues/{vhost}/{name}", {"durable": True, "arguments": arguments})

    def delete_queue(self, vhost: str, name: str) -> None:
        self._call("DELETE", f"queues/{vhost}/{name}")

    def declare_exchange(self, vhost: str, name: str, kind: str) -> None:
        self._call("PUT", f"exchanges/{vhost}/{name}", {"type": kind, "durable": True})

    def delete_exchange(self, vhost: str, name: str) -> None:
        self._call("DELETE", f"exchanges/{vhost}/{name}")

    def publish(self, vhost: str, queue: str, body: str, properties: dict[str, Any]) -> None:
        """Publish with properties that no client library would write."""
        message = {"routing_key": queue, "payload": body, "payload_encoding": "string", "properties": properties}
        assert self._call("POST", f"exchanges/{vhost}/amq.default/publish", message) == {"routed": True}

    def close_connections(self, vhost: str) -> int:
        """Close every connection to `vhost` (320 CONNECTION_FORCED) and say how many there were."""
        names = [connection["name"] for connection in self._call("GET", f"vhosts/{vhost}/connections")]
        for name in names:
            self._call("DELETE", f"connections/{quote(name, safe='')}")
        return len(names)

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None, *, deadline_s: float = _CALL_S) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": _AUTHORIZATION, "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=deadline_s) as response:
            answer = response.read()
        return json.loads(answer) if answer else None
