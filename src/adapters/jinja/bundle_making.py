"""Makes a category's bundle of its files: the manifest, the pictures, and each body, compiled and tried."""

import re
from collections.abc import Iterator, Mapping

from jinja2 import Template

from adapters.jinja.body_trial import BodyTrial
from adapters.jinja.bundle import Bodies, TemplateBundle
from adapters.jinja.errors import TemplateProblem
from adapters.jinja.folders import Folder
from adapters.jinja.manifest import FILENAME, Manifest, parse_manifest
from adapters.jinja.pictures import as_inline_files, is_usable_name
from adapters.jinja.render_thread import RenderThread
from adapters.jinja.samples import SAMPLE_EVENT, SAMPLES, full_task
from adapters.jinja.sandbox import BoundedEnvironment
from adapters.jinja.source_checks import Uses, undeclared_params
from adapters.jinja.variables import variables_of
from application.ports.email_renderer import QR_FILE
from domain.failure_reason import FailureReason

_BODY = re.compile(r"body(?:\.([^.]+))?\.(html|txt)\.j2")
# Files by language ("" where the name has none: the fallback's) and kind.
_Files = Mapping[tuple[str, str], str]


async def make_bundle(
    category: str, folder: Folder, uses: Mapping[str, Uses], environment: BoundedEnvironment, thread: RenderThread
) -> TemplateBundle | list[TemplateProblem]:
    """Make the bundle, or say everything that is wrong; `folder` holds the shared pictures too."""
    files = {(match[1] or "", match[2]): name for name in folder.texts if (match := _BODY.fullmatch(name))}
    manifest = _manifest(category, folder)
    problems = [] if isinstance(manifest, Manifest) else manifest
    if isinstance(manifest, Manifest):
        problems += _inconsistencies(category, manifest, files)
        problems += undeclared_params(category, manifest.params, uses)
    problems += [
        TemplateProblem(where=f"{category}/{name}", what="cannot be the name of a picture", remedy="rename it")
        for name in folder.pictures
        if not is_usable_name(name)
    ]
    templates: dict[tuple[str, str], Template] = {}
    for key in files:
        made = await _made(_trial(category, key, files, folder, manifest), environment, thread)
        if isinstance(made, TemplateProblem):
            problems.append(made)
        else:
            templates[key] = made
    if problems or not isinstance(manifest, Manifest):
        return problems
    return TemplateBundle(
        manifest=manifest,
        environment=environment,
        bodies={
            language: Bodies(html=templates[key, "html"], text=templates.get((key, "txt")))
            for language, key in zip(manifest.languages, _keys(manifest), strict=True)
        },
        pictures=as_inline_files(folder.pictures),
    )


def _manifest(category: str, folder: Folder) -> Manifest | list[TemplateProblem]:
    where = f"{category}/{FILENAME}"
    if FILENAME not in folder.texts:
        return [TemplateProblem(where=where, what="not there", remedy="every category has one: docs/templates.md")]
    return parse_manifest(folder.texts[FILENAME], where=where)


def _keys(manifest: Manifest) -> tuple[str, ...]:
    return ("", *manifest.languages[1:])


def _inconsistencies(category: str, manifest: Manifest, files: _Files) -> Iterator[TemplateProblem]:
    keys = _keys(manifest)
    for key in keys:
        if (key, "html") not in files:
            name = f"body.{key}.html.j2" if key else "body.html.j2"
            remedy = "write it: one for each of the languages"
            yield TemplateProblem(where=f"{category}/{name}", what="not there", remedy=remedy)
    for (key, _), name in files.items():
        if key not in keys:
            remedy = "add it there; the first language has the names without one"
            what = "in a language that template.toml does not name in second place or later"
            yield TemplateProblem(where=f"{category}/{name}", what=what, remedy=remedy)
    unfit = variables_of(full_task(category, manifest), manifest, SAMPLE_EVENT)
    if isinstance(unfit, FailureReason):
        what = f"with the samples, a mail is refused: {unfit}"
        yield TemplateProblem(where=f"{category}/{FILENAME}", what=what, remedy="mend the samples")


def _trial(
    category: str, key: tuple[str, str], files: _Files, folder: Folder, manifest: Manifest | list[TemplateProblem]
) -> BodyTrial:
    language, kind = key
    name = f"{category}/{files[key]}"
    pictures, samples = set(filter(is_usable_name, folder.pictures)), []
    if isinstance(manifest, Manifest):
        pictures |= {QR_FILE} if manifest.rules.shows_qr else set()
        locale = language or manifest.languages[0]
        samples = [variables_of(task(category, manifest, locale), manifest, event) for task, event in SAMPLES]
    return BodyTrial(
        name=name,
        samples=tuple(sample for sample in samples if isinstance(sample, dict)),
        pictures=frozenset(pictures) if kind == "html" else None,
        makes_text=(language, "txt") not in files,
    )


async def _made(trial: BodyTrial, environment: BoundedEnvironment, thread: RenderThread) -> Template | TemplateProblem:
    try:
        return await thread.run(lambda: trial.run(environment))
    except TimeoutError:
        what = f"does not end within {thread.limit_s:g} s"
        return TemplateProblem(where=trial.name, what=what, remedy="look for loops inside loops")
