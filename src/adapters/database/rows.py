"""Between the domain's values and rows."""

from datetime import UTC, datetime
from typing import assert_never

from adapters.database.prepared import Row
from application.ports.ledger import NO_FAILURE, AlreadyFailed, AlreadySent, HeldElsewhere, KeyReused, Timeline
from domain.attempt import Attempt
from domain.failure_reason import FailureKind, FailureReason
from domain.next_step import Finish, Hospitalise, NextStep, Retry, Wait
from domain.reply import Reply

_TEXT_BYTES = 2048


def refusal(row: Row, body_hash: bytes) -> AlreadySent | AlreadyFailed | HeldElsewhere | KeyReused:
    """Say why a mail cannot be claimed."""
    if bytes(row["body_hash"]) != body_hash:
        return KeyReused()
    match row["state"]:
        case "sent":
            finished = Reply(code=row["reply_code"], text=row["reply_text"])
            return AlreadySent(Finish(attempts=row["attempts"], reply=finished, relay=row["relay"]))
        case "failed":
            return AlreadyFailed(_failure(row))
        case _:
            return HeldElsewhere(lease_left_s=max(0.0, row["lease_left_s"]))


def conclusion(step: NextStep) -> dict[str, object]:
    """The parameters of Statements.conclude that come from what follows."""
    match step:
        case Finish(relay=relay, reply=reply):
            return _conclusion(step, "sent", relay=relay, reply=reply)
        case Retry(relay=relay, reply=reply) | Wait(relay=relay, reply=reply):
            return _conclusion(step, "waiting", relay=relay, reply=reply)
        case Hospitalise(relay=relay, reply=reply, reason=reason):
            return _conclusion(step, "failed", relay=relay, reply=reply, reason=reason)
        case _:
            assert_never(step)


def _conclusion(
    step: NextStep, state: str, *, relay: str = "", reply: Reply | None = None, reason: FailureReason | None = None
) -> dict[str, object]:
    return {
        "the_state": state,
        "the_attempts": step.attempts,
        "the_relay": relay,
        "the_code": reply.code if reply else None,
        "the_text": fit(reply.text) if reply else "",
        "the_reason": str(reason.kind) if reason else "",
        "the_detail": fit(reason.detail) if reason else "",
        "is_fact": state == "sent",
        "says_nothing": isinstance(step, Wait),
    }


def attempt_values(attempt: Attempt) -> dict[str, object]:
    """The parameters of Statements.note_attempt that come from the try."""
    return {
        "started_at_s": attempt.started_at.timestamp(),
        "duration_s": attempt.duration_s,
        "outcome": attempt.outcome,
        "phase": attempt.phase,
        "relay": attempt.relay,
        "reply_code": attempt.reply.code if attempt.reply else None,
        "reply_text": fit(attempt.reply.text) if attempt.reply else "",
    }


def timeline(row: Row, tries: list[Row]) -> Timeline:
    """The story of a mail."""
    return Timeline(
        state=row["state"],
        attempts=row["attempts"],
        tries=tuple(map(_attempt, tries)),
        received_at=datetime.fromtimestamp(row["created_at_s"], tz=UTC),
        changed_at=datetime.fromtimestamp(row["updated_at_s"], tz=UTC),
        failure=_failure(row) if row["state"] == "failed" else None,
        failed_claim=row["token"] if row["state"] == "failed" else NO_FAILURE,
    )


def fit(text: str) -> str:
    """What both databases can keep of a text: 2 kB of it, no NUL (PostgreSQL 8.3), no lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace")[:_TEXT_BYTES].decode("utf-8", "ignore")


def _failure(row: Row) -> Hospitalise:
    reason = FailureReason(FailureKind(row["reason"]), row["reason_detail"])
    return Hospitalise(reason=reason, attempts=row["attempts"], relay=row["relay"], reply=_reply(row))


def _attempt(row: Row) -> Attempt:
    return Attempt(
        started_at=datetime.fromtimestamp(row["started_at_s"], tz=UTC),
        duration_s=row["duration_s"],
        outcome=row["outcome"],
        phase=row["phase"],
        relay=row["relay"],
        reply=_reply(row),
    )


def _reply(row: Row) -> Reply | None:
    return None if row["reply_code"] is None else Reply(code=row["reply_code"], text=row["reply_text"])
