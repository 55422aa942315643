"""What has become of each task so far: an observer that the table and the summary are drawn from."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace

from application.ports.observer import Observer
from domain.events import Event
from domain.mail_events import EmailHospitalised, EmailRetryScheduled, EmailSent
from entrypoints.demo.plot import DemoTask, Fate


class Progress(Observer):
    """Keeps each task's last news and its fate; `on_news` hears of every change, `ended` is set after the last fate."""

    def __init__(self, tasks: Iterable[DemoTask], on_news: Callable[[DemoTask, str], None]) -> None:
        self.tasks = {task.key: task for task in tasks}
        self.news = dict.fromkeys(self.tasks, "queued")
        self.fates: dict[str, Fate] = {}
        self.ended = asyncio.Event()
        self._on_news = on_news

    def notify(self, event: Event) -> None:
        match event:
            case EmailSent(mail=mail, attempts=attempts):
                self._end(mail.key, Fate(reason="", attempts=attempts))
            case EmailHospitalised(mail=mail, attempts=attempts, reason=reason):
                self._end(mail.key, Fate(reason=reason, attempts=attempts))
            case EmailRetryScheduled(mail=mail, attempts=attempts, reply_code=code, delay_s=delay_s):
                self._tell(mail.key, f"attempt {attempts} answered {code}, again in {delay_s:.1f} s")
            case _:
                pass

    @property
    def surprises(self) -> list[DemoTask]:
        """The tasks that did not meet the fate of their kind."""
        return [task for task in self.tasks.values() if self.fates.get(task.key) != task.kind.fate]

    def compare_with(self, recipients: list[str]) -> None:
        """Take the inbox's word for what arrived: exactly one mail for each task that was sent, none for another."""
        for task in self.tasks.values():
            fate, arrived = self.fates.get(task.key), recipients.count(task.to)
            if fate and arrived != (0 if fate.reason else 1):
                self.fates[task.key] = replace(fate, reason=f"{fate}, {arrived} mails in the inbox")

    def _end(self, key: str, fate: Fate) -> None:
        self.fates[key] = fate
        self._tell(key, str(fate))
        if len(self.fates) == len(self.tasks):
            self.ended.set()

    def _tell(self, key: str, news: str) -> None:
        self.news[key] = news
        self._on_news(self.tasks[key], news)
