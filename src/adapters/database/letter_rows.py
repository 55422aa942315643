"""Between the hospital's values and rows."""

from datetime import UTC, datetime

from sqlalchemy import Row

from adapters.database.rows import fit
from application.ports.hospital_store import GroupSummary
from domain.audit import Action, AuditEntry, Deed
from domain.cause_group import CauseGroup
from domain.failure_reason import FailureKind, FailureReason
from domain.letter import FailedMail, Letter, LetterContents, LetterRecord, LetterStatus, identity_of
from domain.letter_filter import searchable
from domain.reply import Reply


def story_values(mail: FailedMail, *, now_s: float) -> dict[str, object]:
    """The columns that a further failure of the mail writes anew."""
    return {
        "status": str(LetterStatus.WAITING),
        "cause_id": mail.cause.id,
        "reason": str(mail.reason.kind),
        "reason_detail": fit(mail.reason.detail),
        "reply_code": mail.reply.code if mail.reply else None,
        "reply_text": fit(mail.reply.text) if mail.reply else "",
        "relay": fit(mail.relay),
        "attempts": mail.attempts,
        "failed_at_s": mail.failed_at.timestamp() if mail.failed_at else now_s,
        "left_at_s": None,
        "category": fit(mail.category),
        "domain": fit(mail.domain),
        "search_text": searchable(mail.search_text),
        "properties": mail.properties,
    }


def new_values(mail: FailedMail, *, now_s: float) -> dict[str, object]:
    """All columns of a letter."""
    fixed = {"identity": mail.identity, "key": mail.key, "body": mail.body, "admitted_at_s": now_s, "returned": 0}
    return {**story_values(mail, now_s=now_s), **fixed}


def record_values(record: LetterRecord) -> dict[str, object]:
    """All columns of a letter that was kept before, but for its number."""
    of = record.letter
    return {
        "identity": identity_of(of.key, record.contents.body),
        "key": of.key,
        "status": str(of.status),
        "cause_id": of.group,
        "reason": str(of.reason.kind),
        "reason_detail": fit(of.reason.detail),
        "reply_code": of.reply.code if of.reply else None,
        "reply_text": fit(of.reply.text) if of.reply else "",
        "relay": fit(of.relay),
        "attempts": of.attempts,
        "failed_at_s": of.failed_at.timestamp(),
        "admitted_at_s": of.admitted_at.timestamp(),
        "left_at_s": record.left_at.timestamp() if record.left_at else None,
        "returned": of.returned,
        "original_id": of.original,
        "category": fit(of.category),
        "domain": fit(of.domain),
        "search_text": searchable(record.search_text),
        "properties": record.contents.properties,
        "body": record.contents.body,
    }


def cause_values(cause: CauseGroup) -> dict[str, object]:
    """The columns of a cause."""
    return {
        "id": cause.id,
        "reason": str(cause.reason.kind),
        "reason_detail": fit(cause.reason.detail),
        "reply_code": cause.reply_code,
        "enhanced_code": cause.enhanced_code,
        "text": fit(cause.text),
        "category": fit(cause.category),
    }


def letter_of(row: Row[tuple[object, ...]]) -> Letter:
    """Read a letter."""
    return Letter(
        id=row.id,
        key=row.key,
        status=LetterStatus(row.status),
        reason=FailureReason(FailureKind(row.reason), row.reason_detail),
        reply=None if row.reply_code is None else Reply(code=row.reply_code, text=row.reply_text),
        relay=row.relay,
        attempts=row.attempts,
        failed_at=time_of(row.failed_at_s),
        admitted_at=time_of(row.admitted_at_s),
        category=row.category,
        domain=row.domain,
        group=row.cause_id,
        returned=row.returned,
        original=row.original_id,
    )


def contents_of(row: Row[tuple[object, ...]]) -> LetterContents:
    """Read what came with a letter."""
    return LetterContents(body=bytes(row.body), properties=row.properties)


def group_of(row: Row[tuple[object, ...]]) -> GroupSummary:
    """Read a cause with what was counted of it."""
    return GroupSummary(
        cause=CauseGroup(
            reason=FailureReason(FailureKind(row.reason), row.reason_detail),
            reply_code=row.reply_code,
            enhanced_code=row.enhanced_code,
            text=row.text,
            category=row.category,
        ),
        letters=row.letters,
        first_failed_at=time_of(row.first_s),
        last_failed_at=time_of(row.last_s),
    )


def entry_values(letter_id: int, deed: Deed, *, at_s: float) -> dict[str, object]:
    """The columns of an entry of a letter's history."""
    return {
        "letter_id": letter_id,
        "at_s": at_s,
        "action": str(deed.action),
        "by": fit(deed.by),
        "text": fit(deed.text),
    }


def entry_of(row: Row[tuple[object, ...]]) -> AuditEntry:
    """Read an entry."""
    return AuditEntry(at=time_of(row.at_s), deed=Deed(action=Action(row.action), by=row.by, text=row.text))


def time_of(seconds: float) -> datetime:
    """Read a time."""
    return datetime.fromtimestamp(seconds, tz=UTC)
