"""asyncapi.yaml says what the code does."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from aio_pika.abc import HeadersType

from adapters.protobuf.task_codec import ProtobufTaskCodec
from adapters.rabbitmq.headers import letter_headers, replay_headers, waiting_headers
from adapters.rabbitmq.topology import Topology
from application.ports.message_source import HospitalLetter
from application.ports.task_codec import DecodedTask
from domain.failure_reason import FailureKind, FailureReason
from domain.idempotency_key import idempotency_key
from tests.unit.adapters.protobuf.google_oracle import GoogleParser

_ROOT = Path(__file__).parents[2]
_NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def document() -> Any:
    return yaml.safe_load((_ROOT / "asyncapi.yaml").read_text())


@pytest.fixture(scope="module")
def google(tmp_path_factory: pytest.TempPathFactory) -> GoogleParser:
    return GoogleParser(tmp_path_factory.mktemp("proto"))


def _resolve(document: Any, pointer: str) -> Any:
    for step in pointer.removeprefix("#/").split("/"):
        document = document[step]
    return document


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [each for value in node.values() for each in _references(value)]
    return [each for value in node for each in _references(value)] if isinstance(node, list) else []


def test_it_is_asyncapi_3_and_every_reference_leads_somewhere(document: Any) -> None:
    assert document["asyncapi"] == "3.0.0"
    for reference in _references(document):
        assert _resolve(document, reference), reference


def test_both_payloads_are_the_schema_of_the_proto_file(document: Any) -> None:
    for message in document["components"]["messages"].values():
        assert message["payload"] == {"$ref": "#/components/schemas/EmailTask"}
    proto = (_ROOT / "proto" / "email.proto").read_text()
    code = [line.strip() for line in proto.splitlines() if line.strip() and not line.strip().startswith("//")]
    copy = document["components"]["schemas"]["EmailTask"]["schema"].splitlines()
    assert [line.strip() for line in copy if line.strip()] == code


def test_tasks_are_received_and_hospital_letters_are_sent(document: Any) -> None:
    actions = {each["channel"]["$ref"]: each["action"] for each in document["operations"].values()}
    assert actions == {"#/channels/email_queue": "receive", "#/channels/email_failed_queue": "send"}
    for operation in document["operations"].values():
        assert operation["bindings"]["amqp"]["deliveryMode"] == 2


def test_the_queues_have_the_names_that_the_first_producer_and_worker_gave_them(document: Any) -> None:
    topology = Topology()
    assert (topology.queue, topology.hospital_queue) == ("email_queue", "email_failed_queue")
    assert set(document["channels"]) == {topology.queue, topology.hospital_queue}
    for name, channel in document["channels"].items():
        queue = channel["bindings"]["amqp"]["queue"]
        assert (channel["address"], queue["name"], queue["durable"]) == (name, name, True)
        assert "arguments" not in queue
    hospital = document["channels"][topology.hospital_queue]["description"]
    assert f"`{topology.hospital_exchange}`" in hospital
    assert f"`{topology.hospital_key}`" in hospital


def _assert_described(headers: HeadersType, schema: Any) -> None:
    types = {str: "string", int: "integer"}
    assert set(schema["properties"]) == set(headers)
    for name, described in schema["properties"].items():
        # The key is described once, by reference, and so is the reason.
        assert "$ref" in described or described["type"] == types[type(headers[name])], name
        if described.get("format") == "date-time":
            assert datetime.fromisoformat(str(headers[name])).utcoffset() is not None


def test_the_headers_of_a_waiting_copy_and_of_a_replayed_letter_are_those_described(document: Any) -> None:
    waiting = waiting_headers({}, key="reg-1", attempts=1, due=_NOON, rung_ms=1000)
    _assert_described(
        {**waiting, **replay_headers({}, key="reg-1", at=_NOON, revives="0" * 32)},
        document["components"]["messages"]["EmailTask"]["headers"],
    )


def test_the_headers_of_a_hospital_letter_are_those_described_and_all_there(document: Any) -> None:
    reason = FailureReason(FailureKind.MISSING, "to")
    letter = HospitalLetter(key="reg-1", reason=reason, attempts=0, failed_at=_NOON)
    schema = document["components"]["messages"]["HospitalLetter"]["headers"]
    _assert_described(letter_headers({}, letter), schema)
    assert set(schema["required"]) == set(schema["properties"])


@pytest.mark.parametrize("kind", FailureKind)
def test_every_reason_of_the_hospital_is_described(document: Any, kind: FailureKind) -> None:
    pattern = document["components"]["schemas"]["FailureReason"]["pattern"]
    assert re.fullmatch(pattern, str(FailureReason(kind)))
    assert re.fullmatch(pattern, str(FailureReason(kind, "detail")))
    assert not re.fullmatch(pattern, f"{kind}x")


def test_no_reason_is_described_that_does_not_exist(document: Any) -> None:
    pattern = document["components"]["schemas"]["FailureReason"]["pattern"]
    assert set(re.findall(r"[a-z0-9_]{3,}", pattern)) == set(FailureKind)


@pytest.mark.parametrize("text", ["registration-4711", "ada@example.org"])
def test_a_key_fits_its_pattern(document: Any, text: str) -> None:
    key = idempotency_key(
        header=text, task_id="", has_created_at=False, identity=b"", message_id="", body=b"", fresh="fresh"
    )
    assert re.fullmatch(document["components"]["schemas"]["MailKey"]["pattern"], key)


def test_the_examples_are_tasks_that_the_worker_takes(document: Any, google: GoogleParser) -> None:
    for example in document["components"]["messages"]["EmailTask"]["examples"]:
        decoded = ProtobufTaskCodec().decode(google.encode_json(example["payload"]))
        assert isinstance(decoded, DecodedTask), example["name"]
        assert decoded.task.missing_field() is None
        assert decoded.task.created_at == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def test_the_full_example_has_every_field_of_the_schema(document: Any, google: GoogleParser) -> None:
    (example,) = (
        each for each in document["components"]["messages"]["EmailTask"]["examples"] if each["name"] == "everything"
    )
    for message, payload in [
        ("", example["payload"]),
        ("ticket", example["payload"]["ticket"]),
        ("attachments", example["payload"]["attachments"][0]),
    ]:
        descriptor = google.descriptor.fields_by_name[message].message_type if message else google.descriptor
        assert descriptor is not None
        assert set(payload) == set(descriptor.fields_by_name)
