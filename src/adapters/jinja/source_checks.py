"""What can be seen in the text of templates before any of them runs."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from jinja2 import Environment, TemplateSyntaxError, meta, nodes

from adapters.jinja.errors import TemplateProblem

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
    """What one file names: other files, and params with the lines where they stand."""

    files: tuple[str, ...] = ()
    params: tuple[tuple[int, str], ...] = ()


def uses_of(sources: Mapping[str, str], environment: Environment) -> dict[str, Uses]:
    """Look through all templates once; what cannot be parsed is found again where it is compiled."""
    uses = {}
    for name, source in sources.items():
        if name.endswith(".j2"):
            with suppress(TemplateSyntaxError):
                tree = environment.parse(source, name)
                files = tuple(filter(None, meta.find_referenced_templates(tree)))
                uses[name] = Uses(files, tuple(_params(tree)))
    return uses


def undeclared_params(
    category: str, declared: Mapping[str, object], uses: Mapping[str, Uses]
) -> Iterator[TemplateProblem]:
    """Find params that the category's templates name, or those they build on, and its manifest does not."""
    names = [name for name in uses if name.startswith(f"{category}/")]
    for name in names:
        used = uses.get(name, Uses())
        names += [file for file in dict.fromkeys(used.files) if file not in names]
        for line, param in used.params:
            if param not in declared:
                what = f"reads params.{param}, which {category}/template.toml does not declare"
                yield TemplateProblem(where=f"{name}:{line}", what=what, remedy=f"add [params.{param}] there")


def _params(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    for get in tree.find_all(nodes.Getattr):
        if isinstance(get.node, nodes.Name) and get.node.name == "params":
            yield get.lineno, get.attr
    for item in tree.find_all(nodes.Getitem):
        if isinstance(item.node, nodes.Name) and item.node.name == "params" and isinstance(item.arg, nodes.Const):
            yield item.lineno, str(item.arg.value)
