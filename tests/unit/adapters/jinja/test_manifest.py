"""template.toml is read strictly, and everything that is wrong is said at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.jinja.manifest import Manifest, parse_manifest
from adapters.jinja.params import Param, ParamType
from domain.category_rules import CategoryRules
from domain.email_address import EmailAddress
from domain.email_job import InDoubtPolicy
from tests.unit.adapters.jinja.mails import MANIFEST, param

EVERYTHING = """
description = "What this mail is for"
languages = ["en", "pt-BR"]
required = ["first_name", "ticket.event_name"]
in_doubt = "hold"
expires_after = "30m"
reply_to = "help@example.org"
list_unsubscribe = "params.leave"
[parts]
qr = "ticket.code"
calendar = true
attachments = false
[params.seat]
type = "text"
required = true
sample = "Row 7"
description = "As on the chair"
[params.leave]
type = "url"
sample = "https://example.org/leave"
[params.revision]
type = "integer"
sample = 1
[params.day]
type = "date"
sample = 2026-03-14
[params.doors]
type = "datetime"
sample = 2026-03-14T10:00:00+01:00
"""


def parsed(source: str) -> Manifest:
    manifest = parse_manifest(source, where="x/template.toml")
    assert isinstance(manifest, Manifest)
    return manifest


def problems(source: str) -> list[str]:
    result = parse_manifest(source, where="x/template.toml")
    assert isinstance(result, list)
    assert {problem.where for problem in result} == {"x/template.toml"}
    assert all(problem.remedy for problem in result)
    return [problem.what for problem in result]


def test_everything_that_can_be_said_is_understood() -> None:
    manifest = parsed(EVERYTHING)

    assert (manifest.description, manifest.languages) == ("What this mail is for", ("en", "pt-BR"))
    assert manifest.rules == CategoryRules(
        in_doubt=InDoubtPolicy.HOLD,
        expires_after=timedelta(minutes=30),
        reply_to=EmailAddress(local="help", domain="example.org"),
        takes_attachments=False,
        shows_qr=True,
        invites=True,
        revision_param="revision",
        unsubscribe_param="leave",
    )
    assert manifest.params["seat"] == Param(
        type=ParamType.TEXT, is_required=True, sample="Row 7", description="As on the chair"
    )
    samples = {name: one.sample for name, one in manifest.params.items()}
    assert (samples["revision"], samples["day"], samples["doors"]) == ("1", "2026-03-14", "2026-03-14T10:00:00+01:00")


def test_parts_and_rules_require_what_they_are_made_of() -> None:
    assert parsed(EVERYTHING).required == (
        "first_name",
        "ticket.event_name",
        "ticket.code",
        "ticket.start",
        "created_at",
    )


def test_little_is_needed() -> None:
    manifest = parsed(MANIFEST)

    assert (manifest.languages, manifest.required, manifest.params) == (("en",), (), {})
    assert manifest.rules == CategoryRules()


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1800), ("2h", 7200), ("3d", 259_200)])
def test_a_time_has_one_of_four_units(text: str, seconds: int) -> None:
    rules = parsed(f'{MANIFEST}expires_after = "{text}"').rules

    assert rules == replace(CategoryRules(), expires_after=timedelta(seconds=seconds))


SEAT = param("seat")
OF_SEAT = "list_unsubscribe = 'params.seat'"
COUNTS_BY_TEXT = f"[parts]\ncalendar = true\n{param('revision')}"
NO_LIST = 'languages is no list of different languages such as ["en", "pt-BR"] (BCP 47)'
NO_TIME = 'expires_after is no time such as "90s", "30m", "2h" or "3d"'


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("required = 'first_name'", "required is no list of texts"),
        ("required = [1]", "required is no list of texts"),
        ("required = ['params.seat']", "required names params.seat: write required = true under [params.seat]"),
        ("languages = 'en'", "languages is no list of texts"),
        ("languages = []", NO_LIST),
        ("languages = ['english']", NO_LIST),
        ("languages = ['en_US']", NO_LIST),
        ("languages = ['en', 'EN']", NO_LIST),
        ("languages = ['../x']", NO_LIST),
        ("in_doubt = 'Hold'", "in_doubt is neither hold nor resend"),
        ("in_doubt = ''", "in_doubt is neither hold nor resend"),
        ("in_doubt = false", "in_doubt is neither hold nor resend"),
        ("in_doubt = ['hold']", "in_doubt is neither hold nor resend"),
        ("expires_after = 30", NO_TIME),
        ("expires_after = '30'", NO_TIME),
        ("expires_after = '0m'", NO_TIME),
        ("expires_after = '1.5h'", NO_TIME),
        ("expires_after = '9999999d'", NO_TIME),
        ("reply_to = 'help'", "reply_to is no address: local part is not a dot-atom"),
        ("reply_to = 'Help <help@example.org>'", "reply_to is no address: local part is not a dot-atom"),
        ("reply_to = 'help@localhost'", "reply_to is no address: domain is not a fully qualified name in ASCII"),
        ("reply_to = 1", "reply_to is no address: local part is not a dot-atom"),
        ("list_unsubscribe = 'x'", 'list_unsubscribe does not name a param, as "params.unsubscribe_url" does'),
        ("list_unsubscribe = 'params.gone'", "list_unsubscribe names params.gone, which is not declared as url"),
        (f"{OF_SEAT}\n{SEAT}", "list_unsubscribe names params.seat, which is not declared as url"),
        ("parts = true", "parts is no table"),
        ("[parts]\nqr = 'first_name'", 'parts.qr can only be "ticket.code"'),
        ("[parts]\ncalendar = 'yes'", "parts.calendar is neither true nor false"),
        ("[parts]\nattachments = 1", "parts.attachments is neither true nor false"),
        ("[parts]\nics = true", "parts.ics is no key of a manifest"),
        ("params = 1", "params is no table"),
        ("[params]\nseat = 'text'", "params.seat is no table"),
        (COUNTS_BY_TEXT, "params.revision is not declared as integer, and calendars count by it"),
        (param("items"), "params.items cannot be the name of a param"),
        (param('"a-b"'), "params.a-b cannot be the name of a param"),
        ("[params.seat]\nsample = 'x'", "params.seat.type is missing"),
        ("[params.seat]\ntype = 'text'", "params.seat.sample is missing"),
        (param("seat", "string"), "params.seat.type is none of text, integer, url, date, datetime"),
        (param("seat", sample="''"), "params.seat.sample is not a text, or an empty one"),
        (param("seat", sample="true"), "params.seat.sample is not a text, or an empty one"),
        (param("seat", more="required = 'yes'"), "params.seat.required is neither true nor false"),
        (param("seat", more="default = 'x'"), "params.seat.default is no key of a manifest"),
        (param("n", "integer", sample="'one'"), "params.n.sample is no integer"),
        (param("page", "url", sample="'http://example.org'"), "params.page.sample is no https URL"),
    ],
)  # fmt: skip
def test_each_slip_is_named_with_its_key(line: str, problem: str) -> None:
    what = problems(MANIFEST + line)

    assert problem in what
    assert len(what) <= 3


def test_a_field_that_tasks_do_not_have_is_named_with_those_that_they_have() -> None:
    (what,) = problems(f'{MANIFEST}required = ["event.date"]')

    assert what.startswith("required names event.date, and tasks have first_name, subject, ticket.code, ")


@pytest.mark.parametrize("manifest", ['description = " "', "required = []"])
def test_every_category_says_what_it_is_for(manifest: str) -> None:
    (what,) = problems(manifest)

    assert what.startswith("description is ")


def test_what_is_not_toml_is_one_problem() -> None:
    (what,) = problems("description")

    assert what.startswith("not TOML: ")
