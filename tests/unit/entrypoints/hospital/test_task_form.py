"""A task as an operator edits it: what is not changed stays, and what is wrong is refused by its name."""

from dataclasses import replace

import pytest

from domain.email_task import EmailTask, Ticket
from entrypoints.hospital.task_form import as_text, from_text, with_changes
from entrypoints.task_fields import TaskFieldsInvalid
from tests.unit.adapters.protobuf.test_task_codec import EVERY_VALUE

STRANGE = EmailTask(
    to="ada@example.org",
    category="welcome",
    subject='"""quotes\' \\back\\u0041 ß 日本 = [x] # no comment',
    params={"a b": "line\none\ttab", "": "", "ключ": "\U0001f600"},
    ticket=Ticket(),
)


@pytest.mark.parametrize("task", [EVERY_VALUE, STRANGE, EmailTask(to="a@b.example"), EmailTask()])
def test_a_form_that_is_saved_as_it_is_changes_nothing(task: EmailTask) -> None:
    assert from_text(task, as_text(task)) == task
    assert with_changes(task, []) == task


def test_what_is_changed_in_the_form_is_changed_in_the_task() -> None:
    text = as_text(EVERY_VALUE).replace("ada.lovelace@example.org", "ada@new.example.org")
    assert from_text(EVERY_VALUE, text) == replace(EVERY_VALUE, to="ada@new.example.org")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (["to=ada@new.example.org"], replace(EVERY_VALUE, to="ada@new.example.org")),
        (["subject=a=b", "first_name="], replace(EVERY_VALUE, subject="a=b", first_name="")),
        (["params.seat=7", "params.new="], replace(EVERY_VALUE, params={**EVERY_VALUE.params, "seat": "7", "new": ""})),
        (["send_at="], replace(EVERY_VALUE, send_at=None)),
        (["ticket.code=X"], replace(EVERY_VALUE, ticket=replace(EVERY_VALUE.ticket or Ticket(), code="X"))),
    ],
)
def test_flags_change_the_fields_that_they_name(changes: list[str], expected: EmailTask) -> None:
    assert with_changes(EVERY_VALUE, changes) == expected


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("too=ada@example.org", "too"),
        ("to", "to"),
        ("send_at=tomorrow", "send_at"),
        ("ticket.row=7", "ticket.row"),
        ("ticket.start=noon", "ticket.start"),
        ("attachments=x", "attachments"),
    ],
)
def test_a_change_that_means_nothing_is_refused_by_its_name(change: str, name: str) -> None:
    with pytest.raises(TaskFieldsInvalid) as refused:
        with_changes(EVERY_VALUE, [change])
    assert name in str(refused.value)
    assert "tomorrow" not in str(refused.value)


def test_a_form_that_is_no_toml_is_refused() -> None:
    with pytest.raises(TaskFieldsInvalid, match="not TOML"):
        from_text(EVERY_VALUE, "to = ada")
