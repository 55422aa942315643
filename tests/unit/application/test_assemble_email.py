"""What a category's rules add to what was rendered."""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.ports.calendar_writer import Invitation
from application.use_cases.assemble_email import AssembleEmail
from domain.category_rules import CategoryRules
from domain.email_address import EmailAddress
from domain.email_job import EmailJob
from domain.email_task import EmailTask, Ticket
from domain.outgoing_email import InlineFile, OutgoingEmail, RenderedEmail
from tests.doubles.clock import START
from tests.doubles.parts import NamedCalendar, NamedQr
from tests.doubles.renderer import NO_RULES

SENDER = EmailAddress(local="tickets", domain="takeoff.test")
READER = EmailAddress(local="alice", domain="example.org")
NOW = START + timedelta(minutes=1)
LOGO = InlineFile(cid="logo.png", filename="logo.png", content_type="image/png", content=b"png")
CONTENT = RenderedEmail(html="<p>x</p>", text="x", language="en", inline=(LOGO,))
TICKET = Ticket(
    code="T-1", event_name="Takeoff", venue="Hall 3", holder="Alice L.",
    starts_at=START + timedelta(days=2), ends_at=START + timedelta(days=2, hours=8),
)  # fmt: skip
TASK = EmailTask(
    to="alice@example.org", category="welcome", subject="Hello", first_name="Alice", created_at=START, ticket=TICKET
)


def assembled(
    task: EmailTask = TASK, rules: CategoryRules = NO_RULES, key: str = "k-1"
) -> tuple[OutgoingEmail, list[Invitation]]:
    calendar = NamedCalendar()
    assemble = AssembleEmail(
        qr=NamedQr(), calendar=calendar, mail_from=SENDER, from_name="Takeoff", idempotency_header=""
    )
    return assemble(EmailJob(key=key, task=task, recipient=READER), CONTENT, rules, NOW), calendar.invitations


def invited(task: EmailTask = TASK, *, key: str = "k-1", revision_param: str = "") -> Invitation:
    email, (invitation,) = assembled(task, CategoryRules(invites=True, revision_param=revision_param), key)
    assert email.content.invite
    assert email.content.invite.method == "REQUEST"
    return invitation


def test_without_rules_the_content_goes_as_it_was_rendered() -> None:
    email, invitations = assembled()
    assert (email.content, email.reply_to, email.list_unsubscribe, invitations) == (CONTENT, None, "", [])


def test_the_qr_code_says_the_tickets_code_and_joins_the_pictures() -> None:
    email, _ = assembled(rules=CategoryRules(shows_qr=True))
    qr = InlineFile(cid="qr.png", filename="qr.png", content_type="image/png", content=b"T-1")
    assert email.content.inline == (LOGO, qr)


def test_the_invitation_is_of_the_ticket_for_the_recipient() -> None:
    invitation = invited()
    assert (invitation.summary, invitation.location) == ("Takeoff", "Hall 3")
    assert (invitation.starts_at, invitation.ends_at) == (TICKET.starts_at, TICKET.ends_at)
    assert (invitation.organizer, invitation.organizer_name) == (SENDER, "Takeoff")
    assert (invitation.attendee, invitation.attendee_name) == (READER, "Alice L.")
    assert (invitation.sequence, invitation.stamped_at) == (0, START)


def test_what_a_ticket_does_not_say_the_task_says() -> None:
    invitation = invited(replace(TASK, ticket=Ticket(starts_at=START), created_at=None))
    assert (invitation.summary, invitation.attendee_name, invitation.stamped_at) == ("Hello", "Alice", NOW)


def test_mails_about_one_ticket_are_about_one_entry_and_the_later_replaces_the_earlier() -> None:
    first = invited()
    later = invited(replace(TASK, params={"revision": " 2 "}), key="k-2", revision_param="revision")
    assert first.uid == later.uid
    assert (first.sequence, later.sequence) == (0, 2)
    assert first.uid.endswith("@takeoff.test")
    assert "T-1" not in first.uid
    assert invited(replace(TASK, ticket=replace(TICKET, code="T-2"))).uid != first.uid


def test_without_a_code_the_entry_is_known_by_the_mails_key() -> None:
    task = replace(TASK, ticket=replace(TICKET, code=""))
    assert invited(task).uid == invited(task).uid != invited(task, key="k-2").uid


@pytest.mark.parametrize("params", [{}, {"revision": ""}, {"revision": " "}])
def test_a_revision_that_is_not_told_is_the_first(params: dict[str, str]) -> None:
    assert invited(replace(TASK, params=params), revision_param="revision").sequence == 0


def test_reply_to_and_the_link_to_unsubscribe_come_from_the_rules() -> None:
    help_desk = EmailAddress(local="help", domain="example.org")
    rules = CategoryRules(reply_to=help_desk, unsubscribe_param="leave")
    email, _ = assembled(replace(TASK, params={"leave": "https://example.org/leave?x"}), rules)
    assert (email.reply_to, email.list_unsubscribe) == (help_desk, "https://example.org/leave?x")
    email, _ = assembled(TASK, rules)
    assert email.list_unsubscribe == ""
