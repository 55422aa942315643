"""Compiles one body and renders it with samples, so that what is wrong shows before a mail needs it."""

from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import Template

from adapters.jinja.bundle import tidy
from adapters.jinja.errors import TemplateProblem
from adapters.jinja.faults import message_of, place_of
from adapters.jinja.pictures import shown_in
from adapters.jinja.plain_text import plain_text_of
from adapters.jinja.sandbox import BoundedEnvironment
from application.ports.email_renderer import QR_FILE


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyTrial:
    """`samples` are the variables of several renders, none where the manifest is unusable.

    `pictures` names those that may be shown, or is None for a text. `makes_text`: there is no other source of it.
    """

    name: str
    samples: tuple[Mapping[str, object], ...]
    pictures: frozenset[str] | None
    makes_text: bool = False

    def run(self, environment: BoundedEnvironment) -> Template | TemplateProblem:
        """Compile and render, up to the first problem."""
        try:
            template = environment.get_template(self.name)
            for sample in self.samples:
                if problem := self._problem_in(environment.write(template, sample)):
                    return problem
        except Exception as err:  # noqa: BLE001 - a template's expressions can raise anything
            remedy = "mend it; what is not required needs a guard, as in {{ params.x | default('') }}"
            return TemplateProblem(where=place_of(err) or self.name, what=message_of(err), remedy=remedy)
        return template

    def _problem_in(self, body: str) -> TemplateProblem | None:
        if not body.strip():
            return self._problem("comes out blank", "write something into it")
        if self.pictures is None:
            return None
        shown = shown_in(body)
        if unknown := sorted(shown - self.pictures):
            remedy = 'put the file into the folder; for the QR code write qr = "ticket.code" under [parts]'
            return self._problem(f"shows cid:{unknown[0]}, which is not there", remedy)
        if QR_FILE in self.pictures - shown:
            return self._problem(f"does not show cid:{QR_FILE}", "show it, or leave qr out of [parts]")
        if self.makes_text and not tidy(plain_text_of(body)):
            return self._problem("has no text to read", "write alt texts, or a file body.txt.j2")
        return None

    def _problem(self, what: str, remedy: str) -> TemplateProblem:
        return TemplateProblem(where=self.name, what=what, remedy=remedy)
