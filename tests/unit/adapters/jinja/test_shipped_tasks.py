"""What the shipped bundles make of tasks: old ones, newer ones, and those that lack something or bring it wrong."""

from dataclasses import replace

import pytest

from adapters.jinja.params import ParamType
from adapters.protobuf.task_codec import ProtobufTaskCodec
from application.ports.task_codec import DecodedTask
from domain.email_task import EmailTask
from tests.unit.adapters.jinja.mails import REGISTRATION, refusal, rendered
from tests.unit.adapters.jinja.shipped import Shipped, all_shipped
from tests.unit.adapters.protobuf.real_tasks import PROTOBUFJS_7, PROTOBUFJS_8, field

BLANKS = ["", " ", "\n\t", "\u2028"]
WRONG = {
    ParamType.INTEGER: ["two", "1.5", "{{7*7}}", "1\n2"],
    ParamType.URL: [
        "javascript:alert(1)",
        "http://example.org",
        "https://",
        "https://example.org/\r\nBcc: x",
        "{{7*7}}",
    ],
    ParamType.DATE: ["soon", "{{7*7}}"],
    ParamType.DATETIME: ["soon", "{{7*7}}"],
}
# The ticket's `start` and `end` as the task names them.
TIMES = {"start": "starts_at", "end": "ends_at"}


def required_params() -> list[tuple[Shipped, str]]:
    return [(one, name) for one in all_shipped() for name, param in one.manifest.params.items() if param.is_required]


def required_fields() -> list[tuple[Shipped, str]]:
    return [(one, name) for one in all_shipped() for name in one.manifest.required if name != "subject"]


def typed_params() -> list[tuple[Shipped, str, str]]:
    return [
        (one, name, wrong)
        for one in all_shipped()
        for name, param in one.manifest.params.items()
        for wrong in WRONG.get(param.type, [])
    ]


def decoded(body: bytes) -> EmailTask:
    read = ProtobufTaskCodec().decode(body)
    assert isinstance(read, DecodedTask)
    return read.task


@pytest.mark.parametrize(("shipped", "name"), required_params(), ids=str)
def test_a_required_param_that_is_missing_or_blank_is_told_by_its_name_and_never_mailed(
    shipped: Shipped, name: str
) -> None:
    whole = shipped.task({})
    without = {other: value for other, value in whole.params.items() if other != name}

    for params in (without, *({**without, name: blank} for blank in BLANKS)):
        assert str(refusal(replace(whole, params=params))) == f"missing_param:{name}"


@pytest.mark.parametrize(("shipped", "field_name"), required_fields(), ids=str)
def test_a_required_field_that_is_missing_or_blank_is_told_by_its_name(shipped: Shipped, field_name: str) -> None:
    whole = shipped.task({})
    owner, _, name = field_name.rpartition(".")
    if owner:
        assert whole.ticket
        absent = {TIMES[name]: None} if name in TIMES else {name: ""}
        lacking = [replace(whole, ticket=replace(whole.ticket, **absent))]
    else:
        lacking = [replace(whole, **{field_name: blank}) for blank in BLANKS]  # type: ignore[arg-type]

    for task in lacking:
        assert str(refusal(task)) == f"missing:{field_name}"


@pytest.mark.parametrize(("shipped", "name", "wrong"), typed_params(), ids=str)
def test_a_param_of_another_type_is_told_by_its_name_and_never_by_its_value(
    shipped: Shipped, name: str, wrong: str
) -> None:
    whole = shipped.task({})

    reason = str(refusal(replace(whole, params={**whole.params, name: wrong})))

    assert reason.startswith(f"bad_param:{name} is no ")
    assert wrong not in reason


@pytest.mark.parametrize("body", [PROTOBUFJS_7, PROTOBUFJS_8], ids=["protobufjs 7", "protobufjs 8"])
def test_the_bytes_of_an_old_producer_give_the_confirmation(body: bytes) -> None:
    """Fields 1 to 6 and nothing else."""
    task = decoded(body)

    assert (task.category, task.params, task.ticket) == (REGISTRATION, {}, None)
    assert "Hi Ada," in rendered(task).text


def test_unknown_fields_of_a_newer_producer_change_nothing() -> None:
    newer = PROTOBUFJS_8 + field(30, "abc") + field(31, 1) + field(536_870_911, b"\x00\xff")

    assert rendered(decoded(newer)) == rendered(decoded(PROTOBUFJS_8))
