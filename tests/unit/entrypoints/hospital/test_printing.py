"""A letter's text on a terminal is text, and nothing else."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.hospital.printing import print_line, print_object, print_table, printable

# What terminals obey (ECMA-48, xterm's control sequences), and what hides or reorders text (Unicode UTR 36).
TRICKS = {
    "clear the screen": "\x1b[2J",
    "set the title": "\x1b]0;owned\x07",
    "answerback": "\x05",
    "a link": "\x1b]8;;http://example.com\x1b\\",
    "write the clipboard": "\x1b]52;c;aGk=\x07",
    "C1 control sequence": "\x9b2J",
    "overwrite the line": "good\rbad",
    "erase": "a\x08b\x7f",
    "a second line": "a\nwaiting",
    "line separator": "a\u2028b",
    "right to left": "\u202egnp.exe",
    "isolate": "\u2066x\u2069",
    "nothing to see": "a\u200bb\ufeff",
    "lone surrogate": "\ud800",
    "markup": "[bold]x[/bold]",
}


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_no_trick_reaches_the_terminal(trick: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_line(f"<{trick}>")
    print_table(("a", "b"), [(f"<{trick}>", 1)])
    print_object({"text": f"<{trick}>"})
    line, titles, row, as_json = capsys.readouterr().out.splitlines()
    assert titles.split() == ["a", "b"]
    for shown in (line, row, as_json):
        assert shown.isprintable()
    assert line == f"<{printable(trick)}>" == row.split("  ")[0].strip()
    assert json.loads(as_json) == {"text": f"<{trick}>"}


@given(text=st.text())
def test_every_text_becomes_printable_and_plain_text_stays(text: str) -> None:
    assert printable(text).isprintable()
    if text.isprintable():
        assert printable(text) == text


def test_times_are_objects_of_json_as_iso_8601(capsys: pytest.CaptureFixture[str]) -> None:
    print_object({"at": datetime(2027, 3, 1, 12, tzinfo=UTC)})
    assert capsys.readouterr().out == '{"at": "2027-03-01T12:00:00+00:00"}\n'
