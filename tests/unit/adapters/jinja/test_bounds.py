"""Templates that never end, and templates that make giants of small values."""

import asyncio
import time
from pathlib import Path

import pytest

from adapters.jinja.catalogue import read_catalogue
from adapters.jinja.email_renderer import JinjaEmailRenderer
from adapters.jinja.event_details import EventDetails
from adapters.jinja.render_thread import RenderThread
from adapters.jinja.sandbox import OUTPUT_LIMIT
from domain.failure_reason import FailureKind, FailureReason
from domain.outgoing_email import RenderedEmail
from tests.unit.adapters.jinja.mails import MANIFEST, loaded, param, refusal, rendered, task, write

FOR_EVER = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
NEEDS_N = MANIFEST + param("n", "integer", sample="1")
BOMBS = [
    "'x' * n",
    "n * 'x'",
    "('a' * -n) ~ ('x' * n)",
    "[1] * n",
    "10 ** n",
    "10 ** 10 ** 2 ** n",
    "'%*d' % (n, 1)",
    "'%9999999999d' % 1",
    "'%(a)9999999999d' % {'a': 1}",
    "'%.9999999999f' % 1",
    "'%9999999999d' | format(1)",
    "'{:9999999999}'.format(1)",
    "'{:{}}'.format(1, n)",
    "'{a:9999999999}'.format_map({'a': 1})",
    "'x' | center(n)",
    "'x' | center(width=n)",
    "'x'.center(n)",
    "('x' | escape).center(n)",
    "('x' | attr('center'))(n)",
    "['x'] | map('center', n) | list",
    "'x'.ljust(n)",
    "'x'.rjust(n)",
    "'x'.zfill(n)",
    "'x' | indent(n, true)",
    "[1] | batch(n, 0) | list",
    "[1] | slice(n) | list",
    "1 | round(n, 'floor')",
    "[1] | tojson(n)",
    "big | replace('x', big)",
    "big.replace('x', big)",
    "[big] * 9999",
    "range(99999) | join(big)",
    "range(99999) | map('string') | join(big)",
    "big.join(range(9999) | map('string'))",
    "('a ' * 9999) | wordwrap(1, wrapstring=big)",
]  # fmt: skip
GROWTHS = ["ns.x ~ ns.x", "ns.x + ns.x", "ns.x | replace('x', 'xx')", "twice(ns.x)", "'%s%s' % (ns.x, ns.x)"]
HARMLESS = {
    "'ab' * 3": "ababab",
    "'-' * -99999999999": "",
    "2 ** 10": "1024",
    "7 % 4": "3",
    "'%s: %05.1f%%' % ('a', 99.5)": "a: 099.5%",
    "'%s %s' | format('a', 'b')": "a b",
    "'{:,} {a:>4}'.format(1234567, a=1)": "1,234,567    1",
    "'x' | center(5) | replace(' ', '.')": "..x..",
    "'x'.rjust(3)": "  x",
    "[1, 2, 3] | join(', ')": "1, 2, 3",
    "range(3) | map('string') | join('-')": "0-1-2",
    "', '.join(['a', 'b'])": "a, b",
    "[1, 2, 3] | batch(2, 0) | list": "[[1, 2], [3, 0]]",
    "2.345 | round(1)": "2.3",
    "{'a': 1} | tojson": '{"a": 1}',
    "'a b c' | wordwrap(1)": "a\nb\nc",
    "'a\nb' | indent(2)": "a\n  b",
    "'a' ~ 1 ~ 'b'": "a1b",
    "[1] + [2]": "[1, 2]",
}


async def test_a_render_that_does_not_end_is_refused_and_the_next_one_succeeds(tmp_path: Path) -> None:
    write(tmp_path / "one", html=f"<p>{{% if params.n == 2 %}}{FOR_EVER}{{% endif %}}", manifest=NEEDS_N)
    renderer = JinjaEmailRenderer(templates_dir=tmp_path, event=EventDetails(), thread=RenderThread(limit_s=0.5))
    await renderer.load()

    endless, good = await asyncio.gather(*(renderer.render(task(category="one", n=n)) for n in ("2", "3")))

    assert not isinstance(endless, RenderedEmail)
    assert endless.reason == FailureReason(FailureKind.RENDER_TIMEOUT)
    assert isinstance(good, RenderedEmail)


async def test_a_template_that_never_ends_is_one_problem_of_that_file(tmp_path: Path) -> None:
    write(tmp_path / "one", text=f"x{FOR_EVER}")

    catalogue = await read_catalogue(tmp_path, RenderThread(limit_s=0.1))

    assert [str(problem) for problem in catalogue.problems] == ["one/body.txt.j2: does not end within 0.1 s"]


def test_what_is_longer_than_any_mail_is_refused_before_it_is_whole(tmp_path: Path) -> None:
    text = "{% for _ in range(params.n) %}{{ 'x' * 1024 }}{% endfor %}"
    write(tmp_path / "one", html=text, text=text, manifest=NEEDS_N)
    half = OUTPUT_LIMIT // 2 // 1024

    assert len(rendered(task(category="one", n=f"{half}"), tmp_path).html) == OUTPUT_LIMIT // 2
    for n in (half + 1, 99_999):
        reason = refusal(task(category="one", n=f"{n}"), tmp_path)
        assert reason == FailureReason(FailureKind.RENDER_TOO_BIG)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of them, since reading templates takes longer than the tests do."""
    folder = tmp_path_factory.mktemp("templates")
    for number, bomb in enumerate(BOMBS):
        text = f"{{% set n, big = params.n, 'x' * 99999 %}}{{% if n > 1 %}}{{{{ {bomb} }}}}{{% endif %}}x"
        write(folder / f"bomb{number}", text=text, manifest=NEEDS_N)
    for number, expression in enumerate(HARMLESS):
        write(folder / f"harmless{number}", text=f"[{{{{ {expression} }}}}]")
    return folder


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_step_that_would_make_a_giant_is_refused_before_it_does(folder: Path, bomb: str) -> None:
    category = f"bomb{BOMBS.index(bomb)}"
    loaded(folder)
    started = time.monotonic()

    reason = refusal(task(category=category, n="9999999999"), folder)

    assert reason == FailureReason(FailureKind.RENDER_TOO_BIG, f"{category}/body.txt.j2:1")
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("growth", GROWTHS)
def test_doubling_ends_before_the_memory_does(tmp_path: Path, growth: str) -> None:
    macro = "{% macro twice(x) %}{{ x }}{{ x }}{% endmacro %}"
    loop = f"{{% for _ in range(params.n) %}}{{% set ns.x = {growth} %}}{{% endfor %}}"
    write(tmp_path / "one", text=f"{macro}{{% set ns = namespace(x='x') %}}{loop}x", manifest=NEEDS_N)

    assert str(refusal(task(category="one", n="60"), tmp_path)) == "render_too_big:one/body.txt.j2:1"


def test_a_doubling_block_ends_before_the_memory_does(tmp_path: Path) -> None:
    block = "{% set x %}{% for _ in range(99999) %}{{ big }}{% endfor %}{% endset %}"
    text = f"{{% set big = 'x' * 99999 %}}x{{% if params.n != 1 %}}{block}{{% endif %}}"
    write(tmp_path / "one", text=text, manifest=NEEDS_N)

    assert str(refusal(task(category="one", n="2"), tmp_path)) == "render_too_big:one/body.txt.j2:1"


@pytest.mark.parametrize("method", ["encode()", "expandtabs(9)", "translate({})"])
def test_methods_that_only_make_giants_are_not_there(tmp_path: Path, method: str) -> None:
    write(tmp_path / "one", text=f"x{{% if params.n == 2 %}}{{{{ 'x'.{method} }}}}{{% endif %}}", manifest=NEEDS_N)

    assert refusal(task(category="one", n="2"), tmp_path).detail == "SecurityError one/body.txt.j2:1"


@pytest.mark.parametrize(("expression", "result"), HARMLESS.items())
def test_what_mails_do_works_as_ever(folder: Path, expression: str, result: str) -> None:
    category = f"harmless{list(HARMLESS).index(expression)}"

    assert rendered(task(category=category), folder).text == f"[{result}]"


def test_a_giant_among_constants_is_not_made_when_the_template_is_compiled(tmp_path: Path) -> None:
    """Jinja computes what it can in advance."""
    write(
        tmp_path / "one", text="x{% if event.date == 'never' %}{{ 'x' | center(10 ** 10) ~ 'x' * 10 ** 10 }}{% endif %}"
    )

    assert rendered(task(category="one"), tmp_path).text == "x"
