"""The codec and its oracle."""

import pytest

from adapters.protobuf.task_codec import ProtobufTaskCodec
from tests.unit.adapters.protobuf.google_oracle import GoogleParser


@pytest.fixture(scope="session")
def google(tmp_path_factory: pytest.TempPathFactory) -> GoogleParser:
    return GoogleParser(tmp_path_factory.mktemp("proto"))


@pytest.fixture(scope="session")
def codec() -> ProtobufTaskCodec:
    return ProtobufTaskCodec()
