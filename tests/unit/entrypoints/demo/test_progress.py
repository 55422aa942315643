"""The demo fails where a task does not meet the fate of its kind."""

from adapters.protobuf.task_codec import ProtobufTaskCodec
from domain.events import Event
from domain.mail_events import EmailHospitalised, EmailRetryScheduled, EmailSent
from domain.mail_label import MailLabel
from entrypoints.demo.plot import BAD, GOOD, DemoTask, write_plot
from entrypoints.demo.progress import Progress
from tests.doubles.clock import START


def sent(key: str, attempts: int = 1) -> Event:
    return EmailSent(mail=MailLabel(key=key), attempts=attempts, relay="r:25", reply_code=250, duration_s=0)


def hospitalised(key: str, reason: str, attempts: int) -> Event:
    return EmailHospitalised(
        mail=MailLabel(key=key),
        attempts=attempts,
        reason=reason,
        relay="",
        reply_code=None,
        enhanced_code=None,
        duration_s=0,
    )


def progress_of(*kinds: str) -> tuple[Progress, list[str]]:
    by_title = {kind.title: kind for kind in (GOOD, *BAD)}
    tasks = [
        DemoTask(key=f"k{n}", kind=by_title[title], to=f"{n}@example.org", body=b"") for n, title in enumerate(kinds)
    ]
    told: list[str] = []
    return Progress(tasks, lambda task, news: told.append(f"{task.key}: {news}")), told


def test_the_plot_has_every_kind_and_a_key_for_each_task() -> None:
    plot = write_plot(24, ProtobufTaskCodec(), now=START)
    assert {task.kind.title for task in plot} == {kind.title for kind in (GOOD, *BAD)}
    assert len({task.key for task in plot}) == 24


def test_fates_as_expected_are_no_surprise() -> None:
    progress, told = progress_of("good", "no such mailbox (550)")
    progress.notify(sent("k0"))
    assert not progress.ended.is_set()
    progress.notify(hospitalised("k1", "refused_permanently:rcpt", 1))
    assert progress.ended.is_set()
    assert progress.surprises == []
    assert told == ["k0: sent, after 1 attempt", "k1: in the hospital, refused_permanently:rcpt, after 1 attempt"]


def test_another_fate_another_count_and_no_fate_are_surprises() -> None:
    progress, _ = progress_of("good", "no such mailbox (550)", "greylisted once (451)", "good")
    progress.notify(hospitalised("k0", "internal_error", 0))
    progress.notify(sent("k1"))
    progress.notify(sent("k2", attempts=1))
    assert [task.key for task in progress.surprises] == ["k0", "k1", "k2", "k3"]


def test_a_retry_is_news_but_no_fate() -> None:
    progress, told = progress_of("greylisted once (451)")
    progress.notify(
        EmailRetryScheduled(
            mail=MailLabel(key="k0"),
            attempts=1,
            cause="rcpt",
            relay="r:25",
            reply_code=451,
            enhanced_code=None,
            delay_s=0.84,
            duration_s=0,
        )
    )
    assert told == ["k0: attempt 1 answered 451, again in 0.8 s"]
    assert progress.fates == {}


def test_a_mail_that_did_not_arrive_or_arrived_twice_is_a_surprise() -> None:
    progress, _ = progress_of("good", "good", "good")
    for key in progress.tasks:
        progress.notify(sent(key))
    progress.compare_with(["0@example.org", "2@example.org", "2@example.org"])
    assert [task.key for task in progress.surprises] == ["k1", "k2"]
