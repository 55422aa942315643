"""The reckoning finds what was put wrong on purpose, and nothing else."""

from dataclasses import replace

import pytest

from tests.faults.history import Accepted, History, LedgerRow, Letter, Publication, Waiting, reconcile

ALL = [
    Publication(
        key=f"k{n}", recipient=f"g{n}@example.com", message_id=f"m{n}@x", body_sha256=f"b{n}", content_sha256=f"c{n}"
    )
    for n in range(5)
]


def arrived(n: int) -> Accepted:
    return Accepted(message_id=f"m{n}@x", recipient=f"g{n}@example.com", content_sha256=f"c{n}")


CLEAN = History(
    published=ALL,
    accepted=[arrived(0), arrived(1), arrived(2)],
    letters=[Letter(key="k3", body_sha256="b3", reason="refused_permanently:rcpt")],
    waiting=[Waiting(queue="email_retry.1000ms", body_sha256="b4")],
    ledger=[LedgerRow(key="k0", state="sent")],
)


def test_everything_in_its_place_adds_up() -> None:
    found = reconcile(CLEAN)
    assert (found.lost, found.unexpected, found.duplicated, found.contradictions) == ((), (), {}, ())


@pytest.mark.parametrize("gone", ["accepted", "letters", "waiting"])
def test_a_mail_that_is_nowhere_is_lost(gone: str) -> None:
    found = reconcile(replace(CLEAN, **{gone: getattr(CLEAN, gone)[1:]}))
    assert len(found.lost) == 1


def test_a_mail_that_nobody_confirmed_is_not_lost() -> None:
    published = [replace(ALL[0], confirmed=False), *ALL[1:]]
    assert reconcile(replace(CLEAN, published=published, accepted=CLEAN.accepted[1:], ledger=())).lost == ()


def test_a_second_copy_is_a_duplicate_that_nothing_explains() -> None:
    found = reconcile(replace(CLEAN, accepted=[*CLEAN.accepted, arrived(1)]))
    assert found.duplicated == {"k1": 1}
    assert found.unexplained == 1


def test_a_second_copy_of_a_mail_that_nobody_confirmed_is_a_duplicate_too() -> None:
    published = [replace(ALL[0], confirmed=False), *ALL[1:]]
    found = reconcile(replace(CLEAN, published=published, accepted=[*CLEAN.accepted, arrived(0)]))
    assert found.unexplained == 1


@pytest.mark.parametrize("source", ["log", "ledger", "both"])
def test_a_try_in_doubt_explains_one_copy_of_its_own_mail_only(source: str) -> None:
    history = replace(CLEAN, accepted=[*CLEAN.accepted, arrived(1), arrived(1), arrived(2)])
    if source != "ledger":
        history = replace(history, logged_in_doubt={"k1": 1})
    if source != "log":
        history = replace(history, ledger=[LedgerRow(key="k1", state="sent", in_doubt=1)])
    found = reconcile(history)
    assert found.duplicated == {"k1": 2, "k2": 1}
    assert found.explained == {"k1": 1}
    assert (found.in_doubt, found.unexplained) == (1, 2)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(arrived(0), recipient="eve@example.com"),
        replace(arrived(0), content_sha256="cut short"),
        replace(arrived(0), message_id="unknown@x"),
        replace(arrived(0), message_id=""),
    ],
    ids=["recipient", "content", "message-id", "none"],
)
def test_a_mail_that_nobody_published_is_unexpected_and_replaces_none(wrong: Accepted) -> None:
    found = reconcile(replace(CLEAN, accepted=[wrong, *CLEAN.accepted[1:]], ledger=()))
    assert len(found.unexpected) == 1
    assert found.lost == ("k0",)


def test_a_rewritten_body_in_a_queue_or_the_hospital_is_unexpected() -> None:
    letters = [replace(CLEAN.letters[0], body_sha256="other")]
    waiting = [replace(CLEAN.waiting[0], body_sha256="other")]
    found = reconcile(replace(CLEAN, letters=letters, waiting=waiting))
    assert len(found.unexpected) == 2
    assert found.lost == ("k3", "k4")


def test_a_letter_for_a_mail_that_was_sent_is_a_contradiction_unless_it_is_in_doubt() -> None:
    for reason, count in (("attempts_exhausted:rcpt", 1), ("in_doubt", 0)):
        letters = [*CLEAN.letters, Letter(key="k0", body_sha256="b0", reason=reason)]
        assert len(reconcile(replace(CLEAN, letters=letters)).contradictions) == count


def test_a_second_letter_for_one_mail_is_counted() -> None:
    assert reconcile(CLEAN).extra_letters == 0
    assert reconcile(replace(CLEAN, letters=[*CLEAN.letters, *CLEAN.letters])).extra_letters == 1


def test_a_letter_under_another_key_is_a_contradiction() -> None:
    letters = [replace(CLEAN.letters[0], key="k0")]
    assert len(reconcile(replace(CLEAN, letters=letters)).contradictions) == 1


def test_a_ledger_that_says_sent_of_a_mail_that_never_arrived_is_a_contradiction() -> None:
    ledger = [LedgerRow(key="k4", state="sent")]
    assert len(reconcile(replace(CLEAN, ledger=ledger)).contradictions) == 1
