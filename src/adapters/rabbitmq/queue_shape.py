"""What arguments a queue has that is there already, and what they mean for the mails in it.

AMQP has no question for that. But a declaration of what exists changes nothing, and one with other arguments is
refused with the name and the value of one that differs; asking again with that one leads to the next.
Policies stay unseen.
"""

import json
import re
import shlex
from dataclasses import dataclass

from aio_pika.abc import AbstractConnection
from pamqp.common import FieldTable
from yarl import URL

from adapters.rabbitmq.connection import broker_version, scratch_channel
from adapters.rabbitmq.errors import Conflict
from adapters.rabbitmq.topology import DELIVERY_LIMIT, Topology

_LIMIT, _TYPE = "x-delivery-limit", "x-queue-type"
# From 4.0 on a quorum queue has a limit unless told otherwise, and -1 means none; before, -1 discards a message at its
# first return (run on 3.10.8).
_UNLIMITED_BY_MINUS_1 = (4, 0)
# rabbit_misc:assert_args_equivalence1; the text is the same from 3.10 to 4.0.
_DIFFERENT = re.compile(r"inequivalent arg '(x-[\w-]+)'.* but current is (?:the value )?'(.*?)'(?: of type '(\w+)')?$")
_NUMBERS = {"byte", "short", "signedint", "long", "unsignedbyte", "unsignedshort", "unsignedint"}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueShape:
    """An existing queue's arguments, and the broker's `objection` to the producer's bare declaration, if any."""

    arguments: FieldTable
    objection: str
    version: tuple[int, int]

    @property
    def returns_allowed(self) -> int | None:
        """How often a message may be returned before the broker removes it; None for any number."""
        if self.arguments.get(_TYPE) != "quorum":
            return None
        limit = self.arguments.get(_LIMIT, DELIVERY_LIMIT if self.version >= _UNLIMITED_BY_MINUS_1 else None)
        return limit if isinstance(limit, int) and limit >= 0 else None

    def refusal(self) -> str:
        """Why no worker may touch this queue; "" if it may."""
        if self.arguments.get(_LIMIT) == -1 and self.version < _UNLIMITED_BY_MINUS_1:
            return f"{_LIMIT}=-1 makes RabbitMQ before 4.0 remove a message at its first return"
        return ""

    def task_concern(self) -> str:
        """What an operator should know about it as the queue of tasks; "" if nothing."""
        if self.returns_allowed is not None and "x-dead-letter-exchange" not in self.arguments:
            return (
                "a quorum queue: unless a policy sets a dead letter exchange, "
                f"return {self.returns_allowed} deletes a task"
            )
        return self.objection and f"differs from the producer's own declaration, which will fail: {self.objection}"

    def hospital_concern(self) -> str:
        """What an operator should know about it as the hospital; "" if nothing."""
        if self.returns_allowed is None:
            return ""
        return f"a quorum queue: unless a policy lifts the limit, look {self.returns_allowed} at a letter deletes it"


async def learn_shape(connection: AbstractConnection, queue: str) -> QueueShape:
    """Learn a queue's arguments, those that can be; it must exist. Raises BrokerError."""
    version = broker_version(connection)
    arguments: FieldTable = {}
    objection = ""
    while refusal := await _try(connection, queue, arguments):
        objection = objection or refusal.cause
        different = _DIFFERENT.search(refusal.cause)
        if not different or different[1] in arguments:
            return QueueShape(arguments=arguments, objection=objection, version=version)
        name, value, kind = different.groups()
        arguments[name] = int(value) if kind in _NUMBERS else value == "true" if kind == "bool" else value
    # A vhost whose default type is quorum takes a bare declaration for one of a quorum queue.
    if _TYPE not in arguments and not await _try(connection, queue, {**arguments, _TYPE: "quorum"}):
        arguments[_TYPE] = "quorum"
    return QueueShape(arguments=arguments, objection=objection, version=version)


def hospital_policy(url: str, topology: Topology) -> str:
    """Write the command that gives an existing task queue its limits and its way to the hospital."""
    definition = {
        "dead-letter-exchange": topology.hospital_exchange,
        "dead-letter-routing-key": topology.hospital_key,
        "dead-letter-strategy": "at-least-once",
        "overflow": "reject-publish",
        "delivery-limit": DELIVERY_LIMIT,
    }
    return _set_policy(url, "takeoff-mailer", topology.queue, definition)


def hospital_remedy(shape: QueueShape, url: str, topology: Topology) -> str:
    """Say how letters can be looked at any number of times: the lower of argument and policy counts."""
    if _LIMIT in shape.arguments:
        return f"move its letters away, delete {topology.hospital_queue}, and let the worker make it again"
    return _set_policy(url, "takeoff-mailer-hospital", topology.hospital_queue, {"delivery-limit": -1})


def vhost_of(url: str) -> str:
    """Name the virtual host of a URL, quoted for a shell."""
    return shlex.quote(URL(url).path.removeprefix("/").replace("%2F", "/") or "/")


def _set_policy(url: str, name: str, queue: str, definition: dict[str, object]) -> str:
    pattern = shlex.quote(f"^{queue}$")
    return (
        f"rabbitmqctl set_policy -p {vhost_of(url)} {name} {pattern} "
        f"{shlex.quote(json.dumps(definition))} --apply-to queues"
    )


async def _try(connection: AbstractConnection, queue: str, arguments: FieldTable) -> Conflict | None:
    try:
        async with scratch_channel(connection) as channel:
            await channel.declare_queue(queue, durable=True, arguments=arguments)
    except Conflict as conflict:
        return conflict
    return None
