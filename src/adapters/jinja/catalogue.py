"""Compiles and tries out all templates, and reports everything that is wrong with them at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.jinja.bundle import TemplateBundle
from adapters.jinja.bundle_making import make_bundle
from adapters.jinja.environment import make_environment
from adapters.jinja.errors import TemplateProblem
from adapters.jinja.folders import SHIPPED, read_folders
from adapters.jinja.render_thread import RenderThread
from adapters.jinja.source_checks import Uses, unchecked_links, uses_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The categories that can be used, and why others cannot; `uses` are of each template, by its name."""

    bundles: Mapping[str, TemplateBundle]
    uses: Mapping[str, Uses]
    problems: tuple[TemplateProblem, ...]


async def read_catalogue(
    templates_dir: Path | None, thread: RenderThread, *, shipped: Path | None = SHIPPED
) -> Catalogue:
    """Read the shipped templates and those of `templates_dir`; they are compiled and tried in `thread`.

    Without `shipped`, a directory is read by itself.
    """
    folders, problems = read_folders(templates_dir, shipped)
    sources = {f"{name}/{file}": text for name, folder in folders.items() for file, text in folder.texts.items()}
    problems.extend(unchecked_links(sources))
    environment = make_environment(sources)
    uses = uses_of(sources, environment)
    shared = {
        file: content
        for name, folder in folders.items()
        if name.startswith("_")
        for file, content in folder.pictures.items()
    }
    bundles: dict[str, TemplateBundle] = {}
    for category, folder in folders.items():
        if not category.startswith("_"):
            own = replace(folder, pictures={**shared, **folder.pictures})
            made = await make_bundle(category, own, uses, environment, thread)
            if isinstance(made, TemplateBundle):
                bundles[category] = made
            else:
                problems.extend(made)
    return Catalogue(bundles=bundles, uses=uses, problems=tuple(dict.fromkeys(problems)))
