"""Jinja2 set up so that values stay data: sandboxed, bounded, escaped, and strict about what is undefined."""

import re
from collections.abc import Mapping

from jinja2 import FunctionLoader, StrictUndefined, TemplateNotFound, select_autoescape

from adapters.jinja.sandbox import BoundedEnvironment

_HTTPS_URL = re.compile(r"https://[^\s<>\"'`\\]+", re.IGNORECASE)


def make_environment(sources: Mapping[str, str]) -> BoundedEnvironment:
    """Make an environment of these templates, by name; compiled ones are kept for good and no file is read."""

    def load(name: str) -> tuple[str, str, None]:
        if name not in sources:
            raise TemplateNotFound(name)
        return sources[name], name, None

    environment = BoundedEnvironment(
        loader=FunctionLoader(load),
        autoescape=select_autoescape(enabled_extensions=(), disabled_extensions=("txt.j2",), default=True),
        undefined=StrictUndefined,
        cache_size=-1,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["https"] = https_or_nothing
    return environment


def https_or_nothing(url: str) -> str:
    """Filter for every URL that a template links to: "" unless it is an https one."""
    return url if _HTTPS_URL.fullmatch(url) else ""
