"""Turns a task into the content of its mail."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol

from domain.category_rules import CategoryRules
from domain.email_task import EmailTask
from domain.failure_reason import FailureReason
from domain.outgoing_email import RenderedEmail

# The name under which HTML shows the QR code.
QR_FILE = "qr.png"


@dataclass(frozen=True, slots=True)
class RenderRefused:
    """No mail can be made of this task: unknown category, missing or unfit value, template error, endless or giant."""

    reason: FailureReason


class EmailRenderer(Protocol):
    """Renders by the task's category; every value of the task is data, never markup."""

    @abstractmethod
    async def render(self, task: EmailTask) -> RenderedEmail | RenderRefused:
        """Render both bodies in the language nearest to the task's; neither is blank. Deterministic, no I/O.

        The pictures that the HTML shows come with it, but not the QR code.

        Ends within a few seconds of its turn, whatever the template does, and never keeps the event loop waiting.
        A caller that is cancelled leaves at once.
        """

    @abstractmethod
    def rules(self, category: str) -> CategoryRules:
        """What a category prescribes; nothing where it is unknown.

        Where `render` has made a mail of a task, the values that the rules name are there and fit: the ticket's code
        for a QR code, its start for an invitation, a revision from 0, a URL for List-Unsubscribe.
        """
