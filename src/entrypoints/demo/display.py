"""How the demo shows itself: a live table on a terminal, plain lines elsewhere, JSON on request."""

import contextlib
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import orjson
from rich.console import Console
from rich.live import Live
from rich.table import Table

from entrypoints.demo.plot import DemoTask
from entrypoints.demo.progress import Progress
from entrypoints.demo.ward import DemoWard


class Display(Protocol):
    """Shows news as they come and a summary at the end."""

    @abstractmethod
    def show_news(self, task: DemoTask, news: str) -> None:
        """Show what just happened to one task."""

    @abstractmethod
    def showing(self, progress: Progress) -> contextlib.AbstractContextManager[object]:
        """Show progress while the context lasts."""

    @abstractmethod
    def show_summary(self, progress: Progress, index: Path, ward: DemoWard) -> None:
        """Show the fates, where the mails are, and how to heal those that failed."""


class PlainDisplay(Display):
    """One line for each piece of news."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def show_news(self, task: DemoTask, news: str) -> None:
        self._console.print(f"{task.key}  {task.kind.title:<28}  {news}", highlight=False, soft_wrap=True)

    def showing(self, progress: Progress) -> contextlib.AbstractContextManager[object]:
        return contextlib.nullcontext()

    def show_summary(self, progress: Progress, index: Path, ward: DemoWard) -> None:
        self._console.print()
        for fate, count in sorted(Counter(map(str, progress.fates.values())).items()):
            self._console.print(f"{count:>4}  {fate}", highlight=False, soft_wrap=True)
        for task in progress.surprises:
            met = progress.fates.get(task.key)
            self._console.print(f"[red]{task.key}[/]: {met}, but its kind must be {task.kind.fate}")
        self._console.print(f"\nThe mails, to read in a browser: {index}", soft_wrap=True)
        self._console.print(f"The same as .eml files:          {index.parent}", soft_wrap=True)
        self._console.print("\nIn the hospital, by cause:")
        for group in ward.groups:
            cause = group.cause
            told = " ".join(filter(None, (str(cause.reason), str(cause.reply_code or ""), cause.text)))
            self._console.print(f"{group.letters:>4}  {told}", highlight=False, markup=False, soft_wrap=True)
        self._console.print("To look at them and to heal one (docs/hospital.md):")
        for command in ward.commands:
            self._console.print(f"  {command}", highlight=False, markup=False, soft_wrap=True)


class LiveDisplay(PlainDisplay):
    """A table that changes in place."""

    def show_news(self, task: DemoTask, news: str) -> None:
        """The table is redrawn by itself."""

    @contextlib.contextmanager
    def showing(self, progress: Progress) -> Iterator[None]:
        with Live(get_renderable=lambda: _table(progress), console=self._console, refresh_per_second=8):
            yield


class JsonDisplay(Display):
    """One object for each piece of news, and one for the summary."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def show_news(self, task: DemoTask, news: str) -> None:
        self._write({"key": task.key, "kind": task.kind.title, "news": news})

    def showing(self, progress: Progress) -> contextlib.AbstractContextManager[object]:
        return contextlib.nullcontext()

    def show_summary(self, progress: Progress, index: Path, ward: DemoWard) -> None:
        self._write(
            {
                "fates": Counter(map(str, progress.fates.values())),
                "surprises": [task.key for task in progress.surprises],
                "inbox": str(index),
                "hospital": {group.cause.id: group.letters for group in ward.groups},
                "commands": list(ward.commands),
            }
        )

    def _write(self, entry: dict[str, object]) -> None:
        self._console.out(orjson.dumps(entry).decode(), highlight=False)


def display_for(console: Console, *, as_json: bool) -> Display:
    """Choose by what the output is."""
    if as_json:
        return JsonDisplay(console)
    return LiveDisplay(console) if console.is_terminal else PlainDisplay(console)


def _table(progress: Progress) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("task", "what is special about it", "what happened"):
        table.add_column(title, no_wrap=True)
    for key, task in progress.tasks.items():
        fate = progress.fates.get(key)
        colour = (
            "default" if fate is None else "red" if fate != task.kind.fate else "yellow" if fate.reason else "green"
        )
        table.add_row(key, task.kind.title, f"[{colour}]{progress.news[key]}[/]")
    return table
