"""What the tests of templates share: a way to write template folders, and to render."""

import asyncio
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from adapters.jinja.catalogue import Catalogue, read_catalogue
from adapters.jinja.email_renderer import JinjaEmailRenderer
from adapters.jinja.event_details import EventDetails
from adapters.jinja.folders import SHIPPED
from adapters.jinja.render_thread import RenderThread
from domain.email_task import EmailTask
from domain.failure_reason import FailureReason
from domain.outgoing_email import RenderedEmail

REGISTRATION = "Attendee_Registration_Successful"
UNKNOWN = EventDetails()
THREAD = RenderThread()
MANIFEST = 'description = "A test."\n'


def task(first_name: str = "Ada", category: str = REGISTRATION, **params: str) -> EmailTask:
    return EmailTask(to="ada@example.org", category=category, subject="Welcome", first_name=first_name, params=params)


@cache
def catalogue_of(templates_dir: Path | None = None) -> Catalogue:
    """Read a directory by itself, or what ships where there is none; that takes many times as long."""
    return asyncio.run(read_catalogue(templates_dir, THREAD, shipped=None if templates_dir else SHIPPED))


@cache
def loaded(templates_dir: Path | None = None, event: EventDetails = UNKNOWN) -> JinjaEmailRenderer:
    renderer = JinjaEmailRenderer(templates_dir=templates_dir, event=event, thread=THREAD)
    catalogue = catalogue_of(templates_dir)
    assert not catalogue.problems
    renderer.use(catalogue.bundles)
    return renderer


def rendered(one: EmailTask, templates_dir: Path | None = None, event: EventDetails = UNKNOWN) -> RenderedEmail:
    result = asyncio.run(loaded(templates_dir, event).render(one))
    assert isinstance(result, RenderedEmail)
    return result


def refusal(one: EmailTask, templates_dir: Path | None = None) -> FailureReason:
    result = asyncio.run(loaded(templates_dir).render(one))
    assert not isinstance(result, RenderedEmail)
    return result.reason


def problems_of(templates_dir: Path) -> list[str]:
    return [str(problem) for problem in catalogue_of(templates_dir).problems]


def param(name: str, kind: str = "text", *, sample: str = '"x"', more: str = "required = true") -> str:
    """Declare a param in a manifest; `sample` is TOML."""
    return f'[params.{name}]\ntype = "{kind}"\nsample = {sample}\n{more}\n'


def write(folder: Path, *, html: str = "<p>x</p>", text: str = "x", manifest: str = MANIFEST) -> None:
    """Write one category's three files; a file whose content is empty is left out."""
    write_files(folder, {"template.toml": manifest, "body.html.j2": html, "body.txt.j2": text})


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Add files to a folder, those without content excepted."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        if content:
            (folder / name).write_text(content, encoding="utf-8")
