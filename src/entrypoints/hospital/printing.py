"""Puts a letter's text on a terminal: nothing in it can move the cursor, hide, or pass for ours."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDE = 240


def printable(text: str) -> str:
    r"""Write every character that is no visible one as an escape: `\x1b`, `\n`, `\u202e`."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def print_object(fields: Mapping[str, Any]) -> None:
    """Print one JSON object on a line of its own, in ASCII: the C1 controls of a terminal are not."""
    line = json.dumps(dict(fields), default=_plain).replace("\x7f", "\\u007f")
    sys.stdout.write(line + "\n")


def print_line(text: str, *, style: str = "") -> None:
    """Print a line, whatever is in it."""
    console().print(Text(printable(text), style=style), soft_wrap=True)


def print_table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table of texts; piped, nothing is cut."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in titles:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(_shown(value))) for value in row))
    console().print(table)


def print_rows(rows: Sequence[Mapping[str, Any]], *, as_json: bool, none: str) -> None:
    """Print objects that have the same members, as such or as a table; `none` says that there are none."""
    if as_json:
        for row in rows:
            print_object(row)
    elif rows:
        print_table(tuple(rows[0]), [["" if value is None else value for value in row.values()] for row in rows])
    else:
        print_line(none)


def console() -> Console:
    """The terminal, or wide enough for what reads us."""
    made = Console(highlight=False)
    return made if made.is_terminal else Console(highlight=False, width=_WIDE)


def local(moment: datetime) -> str:
    """A time as the operator's clock shows it."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _shown(value: object) -> str:
    return local(value) if isinstance(value, datetime) else str(value)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value)
