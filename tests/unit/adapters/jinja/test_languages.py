"""Which language a reader gets, and how it runs."""

from pathlib import Path

import pytest

from adapters.jinja.languages import choose_language, direction, is_language
from domain.email_task import EmailTask
from domain.outgoing_email import RenderedEmail
from tests.unit.adapters.jinja.mails import MANIFEST, problems_of, rendered, write_files

OFFERED = ("en", "ar", "de", "de-CH", "pt-BR", "zh-Hant")


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        ("de", "de"), ("DE", "de"), ("de-AT", "de"), ("de-ch", "de-CH"), ("de-CH-1996", "de-CH"), ("de-Latn-CH", "de"),
        ("zh-Hant-TW", "zh-Hant"), ("zh-Hans", "en"), ("ar-EG-u-nu-latn", "ar"), ("de-x-private", "de"),
        ("pt", "en"), ("pt-BR", "pt-BR"), ("fr", "en"), ("", "en"), ("*", "en"), ("-", "en"), ("de_AT", "en"),
        ("x", "en"), ("den", "en"),
    ],
)  # fmt: skip
def test_a_language_is_looked_up_from_the_most_to_the_least_special(wanted: str, chosen: str) -> None:
    """RFC 4647 3.4."""
    assert choose_language(OFFERED, wanted) == chosen


@pytest.mark.parametrize(
    ("tag", "runs"),
    [
        ("en", "ltr"), ("ar", "rtl"), ("ar-EG", "rtl"), ("HE", "rtl"), ("fa-Latn", "ltr"), ("az-Arab", "rtl"),
        ("de-1996", "ltr"),
    ],
)  # fmt: skip
def test_a_language_runs_as_its_script_does(tag: str, runs: str) -> None:
    assert direction(tag) == runs


@pytest.mark.parametrize("tag", ["en", "pt-BR", "zh-Hant-TW", "es-419", "de-CH-1996", "ckb"])
def test_a_tag_names_a_language(tag: str) -> None:
    assert is_language(tag)


@pytest.mark.parametrize("tag", ["", "e", "english", "en_US", "en-", "-en", "en.html", "..", "x-private", "en-USA1 "])
def test_other_words_name_none(tag: str) -> None:
    assert not is_language(tag)


def write_two(folder: Path, **more: str) -> None:
    both = "{{ lang }} {{ dir }}"
    files = {"template.toml": f'{MANIFEST}languages = ["en", "ar"]', "body.html.j2": f"<p>Hello {both}"}
    write_files(folder, files | {"body.ar.html.j2": f"<p>Marhaban {both}"} | more)


def in_language(locale: str, templates_dir: Path) -> RenderedEmail:
    return rendered(EmailTask(category="two", subject="x", locale=locale), templates_dir)


def test_each_reader_gets_the_bodies_of_the_nearest_language(tmp_path: Path) -> None:
    write_two(tmp_path / "two", **{"body.txt.j2": "hello {{ lang }}", "body.ar.txt.j2": "marhaban {{ lang }}"})

    arabic, other = in_language("ar-EG", tmp_path), in_language("fr", tmp_path)

    assert (arabic.language, arabic.html, arabic.text) == ("ar", "<p>Marhaban ar rtl", "marhaban ar")
    assert (other.language, other.html, other.text) == ("en", "<p>Hello en ltr", "hello en")


def test_a_language_without_a_text_has_one_of_its_own_html_and_not_of_another_language(tmp_path: Path) -> None:
    write_two(tmp_path / "two", **{"body.txt.j2": "hello"})

    assert in_language("ar", tmp_path).text == "Marhaban ar rtl"


def test_every_language_has_its_html_and_no_file_is_in_a_language_that_is_not_offered(tmp_path: Path) -> None:
    write_two(tmp_path / "two", **{"body.ar.html.j2": "", "body.fr.html.j2": "<p>x", "body.en.txt.j2": "x"})
    beside = "in a language that template.toml does not name in second place or later"

    assert problems_of(tmp_path) == [
        "two/body.ar.html.j2: not there",
        f"two/body.en.txt.j2: {beside}",
        f"two/body.fr.html.j2: {beside}",
    ]


def test_every_language_is_tried(tmp_path: Path) -> None:
    write_two(tmp_path / "two", **{"body.ar.html.j2": "<p>{{ nothing if lang + dir == 'arrtl' else 'x' }}"})

    assert problems_of(tmp_path) == ["two/body.ar.html.j2:1: UndefinedError: 'nothing' is undefined"]
