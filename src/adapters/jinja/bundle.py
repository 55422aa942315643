"""One category's templates, compiled."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import Template

from adapters.jinja.manifest import Manifest
from adapters.jinja.plain_text import plain_text_of
from adapters.jinja.sandbox import OUTPUT_LIMIT, BoundedEnvironment
from domain.outgoing_email import InlineFile, RenderedEmail

_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """One language's; without `text`, it is made of the HTML."""

    html: Template
    text: Template | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateBundle:
    """The bodies by language, the pictures that they may show, and the manifest."""

    manifest: Manifest
    environment: BoundedEnvironment
    bodies: Mapping[str, Bodies]
    pictures: tuple[InlineFile, ...]

    def render(self, variables: Mapping[str, object]) -> RenderedEmail:
        """Render both bodies, in the language `lang`; either may come out empty. Raises whatever templates raise."""
        language = str(variables["lang"])
        bodies = self.bodies[language]
        html = self.environment.write(bodies.html, variables).strip()
        if bodies.text:
            text = self.environment.write(bodies.text, variables, limit=OUTPUT_LIMIT - len(html))
        else:
            text = plain_text_of(html)
        shown = tuple(picture for picture in self.pictures if f"cid:{picture.cid}" in html)
        return RenderedEmail(html=html, text=tidy(text), language=language, inline=shown)


def tidy(text: str) -> str:
    r"""End lines with \n alone, without blanks before it; what a condition left out leaves one empty line at most."""
    lines = "\n".join(map(str.rstrip, text.splitlines())).strip("\n")
    return _BLANK_LINES.sub("\n\n", lines) if "\n\n\n" in lines else lines
