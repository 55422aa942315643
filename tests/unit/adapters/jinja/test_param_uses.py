"""Which params a template reads, however it writes that down."""

from pathlib import Path

import pytest

from adapters.jinja.environment import make_environment
from adapters.jinja.param_uses import ParamUses, param_uses
from adapters.jinja.source_checks import unread_params, uses_of
from tests.unit.adapters.jinja.mails import MANIFEST, param, problems_of, rendered, task, write

SEAT = ((1, "seat"),)
GET = 'params.get("seat") writes None where it is not given'


@pytest.mark.parametrize(
    ("source", "uses"),
    [
        ("{{ seat }} {{ other.seat }}", ParamUses()),
        ("{{ params.seat }}", ParamUses(SEAT)),
        ("{{ params['seat'] }}", ParamUses(SEAT)),
        ("{{ params.seat.strip() }}", ParamUses(SEAT)),
        ("{{ params.get('seat', 'none') }}", ParamUses(SEAT)),
        ("{{ params.get('seat') }}", ParamUses(misread=((1, GET),))),
        ("{{ params.items }}", ParamUses(misread=((1, "params.items is a method, and no param can have its name"),))),
        ("{{ params.get(name, '') }}", ParamUses(is_open=True)),
        ("{{ params[name] }}", ParamUses(is_open=True)),
        ("{% for name, value in params.items() %}{% endfor %}", ParamUses(is_open=True)),
        ("{% set all = params %}{{ params.seat }}", ParamUses(SEAT, is_open=True)),
    ],
)
def test_each_way_to_read_a_param_is_known(source: str, uses: ParamUses) -> None:
    assert param_uses(make_environment({}).parse(source)) == uses


def test_get_with_a_default_reads_the_param(tmp_path: Path) -> None:
    text = "[{{ params.get('seat', 'any seat') }}]"
    write(tmp_path / "one", text=text, manifest=MANIFEST + param("seat", more=""))

    assert rendered(task(category="one"), tmp_path).text == "[any seat]"
    assert rendered(task(category="one", seat="7"), tmp_path).text == "[7]"


def test_get_reads_no_param_that_is_not_declared(tmp_path: Path) -> None:
    write(tmp_path / "one", text="x\n{{ params.get('seat', '') }}")

    assert problems_of(tmp_path) == ["one/body.txt.j2:2: reads params.seat, which one/template.toml does not declare"]


def test_get_without_a_default_would_write_none_and_is_told_so(tmp_path: Path) -> None:
    write(tmp_path / "one", text="x{{ params.get('seat') }}", manifest=MANIFEST + param("seat", more=""))

    assert problems_of(tmp_path) == [f"one/body.txt.j2:1: {GET}"]


@pytest.mark.parametrize(
    ("files", "unread"),
    [
        ({"one/body.txt.j2": "x"}, ["seat", "row"]),
        ({"one/body.txt.j2": "{{ params.seat }}", "two/body.txt.j2": "{{ params.row }}"}, ["row"]),
        ({"one/body.txt.j2": "{% include '_s/a.j2' %}", "_s/a.j2": "{{ params.seat }}{{ params.row }}"}, []),
        ({"one/body.txt.j2": "{{ params | length }}"}, []),
    ],
)
def test_a_param_that_nothing_can_read_is_found(files: dict[str, str], unread: list[str]) -> None:
    uses = uses_of(files, make_environment(files))

    assert unread_params("one", {"seat": 1, "row": 1}, uses) == unread
