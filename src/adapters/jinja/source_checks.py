"""What can be seen in the text of templates before any of them runs."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from jinja2 import Environment, TemplateSyntaxError, meta

from adapters.jinja.errors import TemplateProblem
from adapters.jinja.param_uses import ParamUses, param_uses

# Escaping does not help against javascript: as a link's whole target.
_UNCHECKED_LINK = re.compile(
    r"""(?:href|src)\s*=\s*["']?\s*\{\{(?!(?:(?!\}\}).)*\|\s*https\b)""", re.IGNORECASE | re.DOTALL
)


def unchecked_links(sources: Mapping[str, str]) -> Iterator[TemplateProblem]:
    """Find links whose target is whatever a value says."""
    for name, source in sources.items():
        for found in _UNCHECKED_LINK.finditer(source):
            where = f"{name}:{source.count(chr(10), 0, found.start()) + 1}"
            what = "links to whatever the value says"
            yield TemplateProblem(where=where, what=what, remedy="write {{ ... | https }}")


@dataclass(frozen=True, slots=True)
class Uses:
    """What one file names: other files, and params."""

    files: tuple[str, ...] = ()
    params: ParamUses = field(default_factory=ParamUses)


def uses_of(sources: Mapping[str, str], environment: Environment) -> dict[str, Uses]:
    """Look through all templates once; what cannot be parsed is found again where it is compiled."""
    uses = {}
    for name, source in sources.items():
        if name.endswith(".j2"):
            with suppress(TemplateSyntaxError):
                tree = environment.parse(source, name)
                files = tuple(filter(None, meta.find_referenced_templates(tree)))
                uses[name] = Uses(files, param_uses(tree))
    return uses


def undeclared_params(
    category: str, declared: Mapping[str, object], uses: Mapping[str, Uses]
) -> Iterator[TemplateProblem]:
    """Find params that the category's templates name, or those they build on, and its manifest does not."""
    for name, used in _reachable(category, uses):
        for line, param in used.params.named:
            if param not in declared:
                what = f"reads params.{param}, which {category}/template.toml does not declare"
                yield TemplateProblem(where=f"{name}:{line}", what=what, remedy=f"add [params.{param}] there")
        for line, what in used.params.misread:
            remedy = 'read a param that may be missing by params.seat | default("")'
            yield TemplateProblem(where=f"{name}:{line}", what=what, remedy=remedy)


def unread_params(category: str, declared: Mapping[str, object], uses: Mapping[str, Uses]) -> list[str]:
    """Name the params that no template of the category can read, nor any that they build on."""
    used = [used.params for _, used in _reachable(category, uses)]
    if any(one.is_open for one in used):
        return []
    read = {param for one in used for _, param in one.named}
    return [name for name in declared if name not in read]


def _reachable(category: str, uses: Mapping[str, Uses]) -> Iterator[tuple[str, Uses]]:
    names = [name for name in uses if name.startswith(f"{category}/")]
    for name in names:
        used = uses.get(name, Uses())
        names += [file for file in dict.fromkeys(used.files) if file not in names]
        yield name, used
