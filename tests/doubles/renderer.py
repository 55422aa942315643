"""A renderer that knows one category."""

import asyncio

from application.ports.email_renderer import EmailRenderer, RenderRefused
from domain.category_rules import CategoryRules
from domain.email_task import EmailTask
from domain.failure_reason import FailureKind, FailureReason
from domain.outgoing_email import RenderedEmail

NO_RULES = CategoryRules()


class OneCategory(EmailRenderer):
    """Greets in category `welcome`; a first name of "bug" meets a defect of ours, "loop" never ends."""

    def __init__(self, rules: CategoryRules = NO_RULES) -> None:
        self._rules = rules

    async def render(self, task: EmailTask) -> RenderedEmail | RenderRefused:
        if task.category != "welcome":
            return RenderRefused(FailureReason(FailureKind.UNKNOWN_CATEGORY, task.category))
        if task.first_name == "bug":
            raise RuntimeError("a defect that names Alice")
        if task.first_name == "loop":
            await asyncio.Event().wait()
        return RenderedEmail(html=f"<p>Hello {task.first_name}</p>", text=f"Hello {task.first_name}")

    def rules(self, category: str) -> CategoryRules:
        return self._rules if category == "welcome" else NO_RULES
