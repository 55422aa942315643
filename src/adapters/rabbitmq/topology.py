"""The names of our queues in the broker, and the arguments of those that we create."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# What a crash-looping worker may do to one message before it counts as poison (RabbitMQ 4's own default).
DELIVERY_LIMIT = 20


class QueueType(StrEnum):
    """The types of RabbitMQ queue that can hold tasks."""

    QUORUM = "quorum"
    CLASSIC = "classic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """Where tasks, letters and waiting copies lie; `queue_type` is None for what the vhost makes of a bare declare."""

    queue: str = "email_queue"
    hospital_exchange: str = "email_dlx"
    hospital_queue: str = "email_failed_queue"
    hospital_key: str = "email_failed_key"
    retry_prefix: str = "email_retry"
    queue_type: QueueType | None = None

    def rung_queue(self, ttl_ms: int, generation: int = 1) -> str:
        """Name the queue in which a copy waits for `ttl_ms`; later generations replace one that died."""
        name = f"{self.retry_prefix}.{ttl_ms}ms"
        return name if generation == 1 else f"{name}.{generation}"

    def queue_arguments(self) -> dict[str, Any]:
        """Arguments for a task queue that is not there yet: none, as the producer declares it, unless a type is set.

        A quorum queue of RabbitMQ 4 deletes a message at its 20th return unless it can dead-letter it.
        """
        match self.queue_type:
            case QueueType.QUORUM:
                return {
                    "x-queue-type": "quorum",
                    "x-dead-letter-exchange": self.hospital_exchange,
                    "x-dead-letter-routing-key": self.hospital_key,
                    **_SAFE_DEAD_LETTERING,
                }
            case QueueType.CLASSIC:
                return {"x-queue-type": "classic"}
            case None:
                return {}

    def hospital_arguments(self, *, broker_major: int) -> dict[str, Any]:
        """Arguments for a hospital queue that is not there yet.

        From RabbitMQ 4 on a quorum queue needs the limit of -1, or browsing it 20 times deletes letters; before,
        -1 would delete them at the first return (run on 3.10.8).
        """
        if self.queue_type is None:
            return {}
        arguments: dict[str, Any] = {"x-queue-type": str(self.queue_type)}
        if self.queue_type is QueueType.QUORUM and broker_major >= 4:
            arguments["x-delivery-limit"] = -1
        return arguments

    def rung_arguments(self, ttl_ms: int) -> dict[str, Any]:
        """Arguments of a rung: always a quorum queue, since only these dead-letter at least once."""
        return {
            "x-queue-type": "quorum",
            "x-message-ttl": ttl_ms,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": self.queue,
            **_SAFE_DEAD_LETTERING,
        }


# https://www.rabbitmq.com/docs/quorum-queues#activating-at-least-once-dead-lettering: the default strategy loses
# messages when a node dies between the two queues, and at-least-once is ignored without reject-publish.
_SAFE_DEAD_LETTERING = {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}
