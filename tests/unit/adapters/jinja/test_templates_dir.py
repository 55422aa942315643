"""TEMPLATES_DIR adds categories and replaces shipped ones; what is wrong there is reported all at once."""

from pathlib import Path

import pytest

from adapters.jinja.email_renderer import JinjaEmailRenderer
from adapters.jinja.errors import TemplatesInvalid
from domain.email_task import EmailTask
from domain.outgoing_email import RenderedEmail
from tests.unit.adapters.jinja.mails import (
    MANIFEST,
    REGISTRATION,
    THREAD,
    UNKNOWN,
    loaded,
    param,
    problems_of,
    task,
    write,
)


async def beside_shipped(templates_dir: Path, *tasks: EmailTask) -> list[RenderedEmail]:
    renderer = JinjaEmailRenderer(templates_dir=templates_dir, event=UNKNOWN, thread=THREAD)
    await renderer.load()
    emails = [await renderer.render(one) for one in tasks]
    return [email for email in emails if isinstance(email, RenderedEmail)]


async def test_a_folder_adds_a_category(tmp_path: Path) -> None:
    write(tmp_path / "Newsletter", text="News for {{ first_name }}")

    ours, shipped = await beside_shipped(tmp_path, task(category="Newsletter"), task())

    assert ours.text == "News for Ada"
    assert "Hi Ada," in shipped.text


async def test_a_folder_replaces_the_shipped_one_of_its_name(tmp_path: Path) -> None:
    write(tmp_path / REGISTRATION, text="ours")

    (email,) = await beside_shipped(tmp_path, task(""))

    assert email.text == "ours"


async def test_an_added_category_can_use_the_shipped_layout(tmp_path: Path) -> None:
    html = '{% extends "_layout/base.html.j2" %}{% block content %}<tr><td>ours</td></tr>{% endblock %}'
    write(tmp_path / "Newsletter", html=html)

    (email,) = await beside_shipped(tmp_path, task(category="Newsletter"))

    assert "prefers-color-scheme" in email.html


async def test_a_shared_folder_is_replaced_for_the_shipped_categories_too(tmp_path: Path) -> None:
    (tmp_path / "_layout").mkdir()

    with pytest.raises(TemplatesInvalid) as invalid:
        await beside_shipped(tmp_path)

    assert [str(problem) for problem in invalid.value.problems if problem.where.startswith(REGISTRATION)] == [
        f"{REGISTRATION}/body.{kind}.j2:1: TemplateNotFound: _layout/base.{kind}.j2" for kind in ("html", "txt")
    ]


def test_files_and_hidden_folders_beside_the_categories_are_ignored(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("hello")
    (tmp_path / ".git").mkdir()

    loaded(tmp_path)


def test_a_directory_that_is_not_there_is_reported(tmp_path: Path) -> None:
    assert problems_of(tmp_path / "absent") == ["TEMPLATES_DIR: cannot be listed: No such file or directory"]


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    write(tmp_path / "a_syntax", html="<p>\n{% if %}</p>")
    write(tmp_path / "b_no_html", html="")
    write(tmp_path / "c_manifest", manifest='descripton = "typo"\nin_doubt = "maybe"')
    write(tmp_path / "d_undefined", text="{{ frist_name }}")
    write(tmp_path / "e_optional", text="{{ params.code }}", manifest=MANIFEST + param("code", more=""))
    write(tmp_path / "f_parent", html='{% extends "_layout/none.html.j2" %}')
    write(tmp_path / "g_blank", html="{% if false %}x{% endif %}")
    write(
        tmp_path / "h_link",
        html="<p>\n<a href=\"{{ params.page or '' }}\">x</a>",
        manifest=MANIFEST + param("page"),
    )
    write(tmp_path / "i name")
    (tmp_path / "j_bytes").mkdir()
    (tmp_path / "j_bytes" / "body.txt.j2").write_bytes(b"\xff")
    write(tmp_path / "k_good")
    write(tmp_path / "l_all", manifest="x = 1", html="{% if %}", text="{% endif %}")
    write(tmp_path / "m_param", text="{{ params.seat }}\n{{ params['row'] }}")
    write(tmp_path / "n_text", html="<p><!-- nothing to read -->", text="")
    write(tmp_path / "o_no_manifest", manifest="")
    write(tmp_path / "p_cid", html='<img src="cid:logo.png">')

    assert problems_of(tmp_path) == [
        "i name: not a usable name",
        "j_bytes: cannot be read: UnicodeDecodeError",
        "h_link/body.html.j2:2: links to whatever the value says",
        "a_syntax/body.html.j2:2: TemplateSyntaxError: Expected an expression, got 'end of statement block'",
        "b_no_html/body.html.j2: not there",
        "c_manifest/template.toml: description is missing",
        "c_manifest/template.toml: in_doubt is neither hold nor resend",
        "c_manifest/template.toml: descripton is no key of a manifest",
        "d_undefined/body.txt.j2:1: UndefinedError: 'frist_name' is undefined",
        "e_optional/body.txt.j2:1: UndefinedError: 'dict object' has no attribute 'code'",
        "f_parent/body.html.j2:1: TemplateNotFound: _layout/none.html.j2",
        "g_blank/body.html.j2: comes out blank",
        "l_all/template.toml: description is missing",
        "l_all/template.toml: x is no key of a manifest",
        "l_all/body.html.j2:1: TemplateSyntaxError: Expected an expression, got 'end of statement block'",
        "l_all/body.txt.j2:1: TemplateSyntaxError: Encountered unknown tag 'endif'.",
        "m_param/body.txt.j2:1: reads params.seat, which m_param/template.toml does not declare",
        "m_param/body.txt.j2:2: reads params.row, which m_param/template.toml does not declare",
        "m_param/body.txt.j2:1: UndefinedError: 'dict object' has no attribute 'seat'",
        "n_text/body.html.j2: has no text to read",
        "o_no_manifest/template.toml: not there",
        "p_cid/body.html.j2: shows cid:logo.png, which is not there",
    ]
