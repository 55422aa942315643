"""EmailRenderer by Jinja2."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from adapters.jinja.bundle import TemplateBundle
from adapters.jinja.catalogue import read_catalogue
from adapters.jinja.errors import TemplatesInvalid
from adapters.jinja.event_details import EventDetails
from adapters.jinja.faults import fault_of, place_of
from adapters.jinja.render_thread import RenderThread
from adapters.jinja.sandbox import OutputTooLarge, ResultTooLarge
from adapters.jinja.variables import variables_of
from application.ports.email_renderer import EmailRenderer, RenderRefused
from domain.category_rules import CategoryRules
from domain.email_task import EmailTask
from domain.failure_reason import FailureKind, FailureReason
from domain.outgoing_email import RenderedEmail

_NO_RULES = CategoryRules()


class JinjaEmailRenderer(EmailRenderer):
    """Renders in `thread` from templates that `load` has read, checked and compiled; a mail costs no I/O."""

    def __init__(self, *, templates_dir: Path | None, event: EventDetails, thread: RenderThread) -> None:
        self._templates_dir = templates_dir
        self._event = event
        self._thread = thread
        self._bundles: Mapping[str, TemplateBundle] | None = None

    async def load(self) -> None:
        """Make ready to render, once; raises TemplatesInvalid with all problems."""
        catalogue = await read_catalogue(self._templates_dir, self._thread)
        if catalogue.problems:
            raise TemplatesInvalid(catalogue.problems)
        self.use(catalogue.bundles)

    def use(self, bundles: Mapping[str, TemplateBundle]) -> None:
        """Render from these from now on, instead of those that `load` would read."""
        self._bundles = bundles

    async def render(self, task: EmailTask) -> RenderedEmail | RenderRefused:
        bundle = self._loaded.get(task.category)
        if bundle is None:
            return _refused(FailureKind.UNKNOWN_CATEGORY, task.plain_category)
        try:
            return await self._thread.run(partial(self._render, bundle, task))
        except TimeoutError:
            return _refused(FailureKind.RENDER_TIMEOUT)

    def rules(self, category: str) -> CategoryRules:
        bundle = self._loaded.get(category)
        return bundle.manifest.rules if bundle else _NO_RULES

    @property
    def _loaded(self) -> Mapping[str, TemplateBundle]:
        if self._bundles is None:
            raise RuntimeError("load() has not been called")
        return self._bundles

    def _render(self, bundle: TemplateBundle, task: EmailTask) -> RenderedEmail | RenderRefused:
        variables = variables_of(task, bundle.manifest, self._event)
        if isinstance(variables, FailureReason):
            return RenderRefused(variables)
        try:
            email = bundle.render(variables)
        except (OutputTooLarge, ResultTooLarge) as err:
            return _refused(FailureKind.RENDER_TOO_BIG, place_of(err))
        except Exception as err:  # noqa: BLE001 - a template's expressions can raise anything
            return _refused(FailureKind.TEMPLATE_ERROR, fault_of(err))
        if not (email.html and email.text):
            return _refused(FailureKind.TEMPLATE_ERROR, "a body is blank")
        return email


def _refused(kind: FailureKind, detail: str = "") -> RenderRefused:
    return RenderRefused(FailureReason(kind, detail))
