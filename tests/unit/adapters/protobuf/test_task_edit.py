"""An edit changes what it says and leaves every other byte of a body as it was."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.protobuf.task_codec import ProtobufTaskCodec
from application.ports.task_codec import DecodedTask
from domain.email_task import EmailTask, Ticket
from tests.unit.adapters.protobuf.real_tasks import EVERY_FIELD, MINIMAL, PROTOBUFJS_7, field

NEWER = field(90, b"of a newer producer")
CODEC = ProtobufTaskCodec()


def task_of(body: bytes) -> EmailTask:
    decoded = CODEC.decode(body)
    assert isinstance(decoded, DecodedTask)
    return decoded.task


def test_another_recipient_is_all_that_changes() -> None:
    old, new = field(1, b"ada.lovelace@example.org"), field(1, b"ada@new.example.org")
    edited = CODEC.edit(EVERY_FIELD + NEWER, replace(task_of(EVERY_FIELD), to="ada@new.example.org"))
    assert edited == EVERY_FIELD.replace(old, new) + NEWER


def test_unknown_fields_within_a_ticket_stay_when_the_ticket_changes() -> None:
    ticket = field(1, b"TKT-1") + field(3, b"Hall 3") + field(60, b"gate 7")
    body = MINIMAL + field(10, ticket) + NEWER
    task = task_of(body)
    assert task.ticket
    edited = CODEC.edit(body, replace(task, ticket=replace(task.ticket, code="TKT-2", holder="Ada")))
    changed = field(1, b"TKT-2") + field(3, b"Hall 3") + field(6, b"Ada") + field(60, b"gate 7")
    assert edited == MINIMAL + field(10, changed) + NEWER


def test_what_was_not_there_is_put_in_its_place() -> None:
    task = replace(task_of(MINIMAL), ticket=Ticket(code="T"), params={"a": "1"}, locale="de")
    assert task_of(CODEC.edit(MINIMAL + NEWER, task)) == task
    assert CODEC.edit(MINIMAL + NEWER, task).endswith(NEWER)


def test_an_explicit_default_stays_as_its_producer_wrote_it() -> None:
    task = task_of(PROTOBUFJS_7)
    edited = CODEC.edit(PROTOBUFJS_7, replace(task, first_name="Grace"))
    assert CODEC.edit(edited, task) == PROTOBUFJS_7


@pytest.mark.parametrize("subject", ["a\x00b", "a\nb", "\u2028"])
def test_a_value_that_no_task_may_have_is_refused_with_its_fields_name(subject: str) -> None:
    with pytest.raises(ValueError, match="control_character:subject"):
        CODEC.edit(EVERY_FIELD, replace(task_of(EVERY_FIELD), subject=subject))


def test_bytes_that_are_no_task_cannot_be_edited() -> None:
    with pytest.raises(ValueError, match="truncated"):
        CODEC.edit(EVERY_FIELD[:-3], task_of(EVERY_FIELD))


_lines = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=20)
_tasks = st.builds(
    replace,
    st.just(task_of(EVERY_FIELD)),
    to=_lines,
    subject=_lines,
    locale=_lines,
    params=st.dictionaries(_lines, _lines, max_size=3),
    ticket=st.none() | st.builds(Ticket, code=_lines, holder=_lines),
    send_at=st.none() | st.just(task_of(EVERY_FIELD).send_at),
    attachments=st.just(()) | st.just(task_of(EVERY_FIELD).attachments),
)


@given(before=_tasks, after=_tasks)
def test_an_edit_there_and_back_gives_the_same_bytes(before: EmailTask, after: EmailTask) -> None:
    body = CODEC.encode(before) + NEWER
    edited = CODEC.edit(body, after)
    assert task_of(edited) == after
    assert CODEC.edit(edited, before) == body
