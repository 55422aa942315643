"""What is worked out at compile time changes nothing but the time that a render takes."""

from collections.abc import Mapping
from typing import Any

import pytest
from jinja2 import nodes

from adapters.jinja.environment import make_environment
from adapters.jinja.event_details import EventDetails
from adapters.jinja.folders import read_folders
from adapters.jinja.manifest import FILENAME, Manifest, parse_manifest
from adapters.jinja.samples import SAMPLE_EVENT, full_task, least_task
from adapters.jinja.sandbox import BoundedEnvironment
from adapters.jinja.variables import variables_of

LAYOUT = """
{% set font = "font:<x>" %}
{% set bold = "<b>" | safe %}
{% set number = 7 %}
{% macro row(top, bottom=0) %}<tr {{ top }},{{ bottom }},{{ font }}>{{ caller() }}</tr>{% endmacro %}
{% macro title(words) %}<h2>{{ words }}</h2>{% endmacro %}
{% macro twice() %}{{ caller() }}{{ caller() }}{% endmacro %}
{% macro shout() %}{{ caller() | upper }}{% endmacro %}
{% macro peek() %}{{ caller() }}{% if caller() == "x" %}!{% endif %}{% endmacro %}
{% macro maybe(shown) %}{% if shown %}{{ caller() }}{% endif %}{% endmacro %}
{% macro each() %}{% for x in (1, 2) %}{{ caller(x) }}{% endfor %}{% endmacro %}
{% macro broken(x) %}{{ x.y.z }}{% endmacro %}
"""
IMPORT = '{% from "layout.html.j2" import bold, broken, each, font, maybe, number, peek, row, shout, title, twice %}'
CASES = {
    "text": "{{ font }} {{ bold }} {{ font ~ bold }} {{ font | upper }} {{ number + 1 }} <i style='{{ font }}'>",
    "call": "{{ title('a<b') }}{{ title(words=font) }}{{ title(name) }}{{ title('a') | upper }}",
    "block": "{% call row(1) %}{{ name }}{% call row(2, bottom=3) %}{{ title('x') }}{% endcall %}{% endcall %}",
    "block with a value": "{% call row(name) %}x{% endcall %}",
    "block that binds": "{% set a = 1 %}{% call row(1) %}{% set a = 2 %}{{ a }}{% endcall %}{{ a }}",
    "loops": "{% for a in (1, 2) %}{% call row(1) %}{{ a }}{{ loop.index }}{% endcall %}{% endfor %}",
    "callers of other kinds": "{% call twice() %}x{% endcall %}{% call shout() %}x{% endcall %}"
    "{% call peek() %}x{% endcall %}{% call maybe(true) %}x{% endcall %}"
    "{% call maybe(false) %}x{% endcall %}{% call(y) each() %}{{ y }}{% endcall %}",
    "bound again": "{% for font in ('a', 'b') %}{{ font }}{% endfor %}{{ font }}{% set number = 9 %}{{ number }}",
    "param": "{% macro mine(font, title) %}{{ font }}{{ title }}{% endmacro %}{{ mine(1, 2) }}{{ font }}",
    "alias": '{% from "layout.html.j2" import font as f, row as r %}{{ f }}{% call r(1) %}x{% endcall %}',
    "inherited": '{% extends "base.html.j2" %}'
    + IMPORT
    + "{% block a %}{{ font }}{% call row(1) %}x{% endcall %}{% endblock %}",
    "block within": '{% extends "base.html.j2" %}'
    + IMPORT
    + "{% block a %}{% call row(1) %}{% block b %}{{ name }}{% endblock %}{% endcall %}{% endblock %}",
    "included": '{% include "part.html.j2" %}',
    "if": "{% if name %}{{ font }}{% else %}{{ title('no') }}{% endif %}{% if number == 7 %}seven{% endif %}",
    "set": "{% set a %}{{ title('x') }}{% endset %}{{ a }}{% set b = title('y') %}{{ b }}",
    "filter": "{% filter upper %}{{ font }}{{ title('x') }}{% endfilter %}",
}
OTHERS = {
    "layout.html.j2": LAYOUT,
    "base.html.j2": '{% from "layout.html.j2" import font %}<a {{ font }}>{% block a %}{% endblock %}</a>',
    "part.html.j2": "{{ font }}{% call row(1) %}x{% endcall %}",
}


class _Plain(BoundedEnvironment):
    """The environment without folding."""

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:
        return super(BoundedEnvironment, self)._generate(source, *args, **options)


def environments(sources: Mapping[str, str]) -> tuple[BoundedEnvironment, BoundedEnvironment]:
    folding = make_environment(sources)
    plain = _Plain(loader=folding.loader, autoescape=folding.autoescape, undefined=folding.undefined,
                   trim_blocks=True, lstrip_blocks=True)  # fmt: skip
    plain.filters["https"] = folding.filters["https"]
    return folding, plain


@pytest.mark.parametrize("kind", ["html", "txt"])
@pytest.mark.parametrize("case", CASES)
def test_the_output_is_the_same_as_without(case: str, kind: str) -> None:
    source = CASES[case] if case in ("inherited", "block within") else IMPORT + CASES[case]
    name = f"x.{kind}.j2"

    folded, plain = (
        env.write(env.get_template(name), {"name": "A&B"}) for env in environments({name: source, **OTHERS})
    )

    assert folded == plain
    assert folded


def test_an_error_comes_from_where_it_would_have_come() -> None:
    for env in environments({"x.html.j2": IMPORT + "\n\n{{ broken(1) }}", **OTHERS}):
        with pytest.raises(Exception, match="no attribute 'y'"):
            env.write(env.get_template("x.html.j2"), {})


def test_an_import_that_is_not_there_and_imports_in_a_circle_are_left_to_the_render() -> None:
    sources = {
        "x.html.j2": '{% from "gone.html.j2" import a %}{{ a }}',
        "a.html.j2": '{% from "b.html.j2" import b %}{% set a = "a" %}{{ a }}',
        "b.html.j2": '{% from "a.html.j2" import a %}{% set b = "b" %}',
    }
    env = make_environment(sources)

    with pytest.raises(Exception, match=r"gone\.html\.j2"):
        env.write(env.get_template("x.html.j2"), {})
    with pytest.raises(RecursionError):
        env.write(env.get_template("a.html.j2"), {})


def test_nothing_is_left_of_constant_styles_and_macros() -> None:
    """Else the confirmation would take three times as long."""
    env = make_environment({"x.html.j2": IMPORT + CASES["block"] + "{{ font }}{{ title('x') }}", **OTHERS})

    pieces = list(env.get_template("x.html.j2").generate({"name": "N"}))

    assert len(pieces) == 3
    assert pieces[1] == "N"


def test_the_shipped_templates_write_the_same_with_and_without() -> None:
    folders, _ = read_folders(None)
    sources = {f"{name}/{file}": text for name, folder in folders.items() for file, text in folder.texts.items()}
    folding, plain = environments(sources)
    bodies = [(name, file) for name, folder in folders.items() for file in folder.texts if file.startswith("body.")]

    for category, file in bodies:
        manifest = parse_manifest(folders[category].texts[FILENAME], where="")
        assert isinstance(manifest, Manifest)
        for task, event in ((least_task, EventDetails()), (full_task, SAMPLE_EVENT)):
            variables = variables_of(task(category, manifest), manifest, event)
            assert isinstance(variables, dict)
            folded, usual = (env.write(env.get_template(f"{category}/{file}"), variables) for env in (folding, plain))
            assert folded == usual
