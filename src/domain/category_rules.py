"""What a category prescribes for its mails, beyond their words."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.email_address import EmailAddress
from domain.email_job import InDoubtPolicy
from domain.email_task import EmailTask


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRules:
    """`in_doubt` goes before the worker's policy; params are named where they matter beyond the templates."""

    in_doubt: InDoubtPolicy | None = None
    expires_after: timedelta | None = None
    reply_to: EmailAddress | None = None
    takes_attachments: bool = True
    shows_qr: bool = False
    invites: bool = False
    revision_param: str = ""
    unsubscribe_param: str = ""

    def deadline(self, task: EmailTask) -> datetime | None:
        """When it is too late to send: the task's word or the category's, whichever comes first; None: never."""
        own = _later(task.created_at, self.expires_after) if task.created_at and self.expires_after else None
        return min((end for end in (task.expires_at, own) if end), default=None)

    def revision(self, task: EmailTask) -> int:
        """Which version of the event the task tells, from 0; the param has been checked."""
        return int(task.params.get(self.revision_param, "").strip() or 0)

    def unsubscribe_url(self, task: EmailTask) -> str:
        """Where the subscription is ended, or ""; the param has been checked."""
        return task.params.get(self.unsubscribe_param, "").strip()


def _later(moment: datetime, after: timedelta) -> datetime | None:
    """None where the calendar ends before."""
    return moment + after if after <= datetime.max.replace(tzinfo=UTC) - moment else None
