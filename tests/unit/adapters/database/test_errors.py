"""What an operator reads when the database fails: the cause, and nothing else."""

import sqlite3

import pytest
from sqlalchemy.exc import DataError, IntegrityError, InvalidRequestError, OperationalError

from adapters.database.engine import parse
from adapters.database.errors import spoils_only_one, unavailable
from application.ports.ledger import LedgerUnavailable


class _Deadlock(Exception):
    sqlstate = "40P01"


_LOCKED = OperationalError(None, None, sqlite3.OperationalError("database is locked\nDETAIL: secret"))
_VALUE = IntegrityError(None, None, sqlite3.IntegrityError("Key (key)=(secret) exists"))


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (_LOCKED, "database is locked"),
        (_VALUE, "the database refuses a statement (IntegrityError)"),
        (DataError(None, None, Exception("secret")), "the database refuses a statement (DataError)"),
        (InvalidRequestError("secret"), "the database refuses a statement (InvalidRequestError)"),
        (PermissionError(13, "Permission denied", "/var/lib/takeoff"), "Permission denied: /var/lib/takeoff"),
    ],
)
def test_the_cause_is_one_line_without_values(error: Exception, cause: str) -> None:
    translated = unavailable(error)
    assert isinstance(translated, LedgerUnavailable)
    assert translated.cause == cause
    assert translated.__cause__ is error


def test_a_defect_of_ours_stays_what_it_is() -> None:
    defect = KeyError("step")
    assert unavailable(defect) is defect


@pytest.mark.parametrize(
    ("error", "is_so"),
    [
        (_LOCKED, False),
        (OSError(28, "No space left on device"), False),
        (LedgerUnavailable("later release"), False),
        (_VALUE, True),
        (OperationalError(None, None, _Deadlock()), True),
        (KeyError("step"), True),
    ],
)
def test_only_a_failure_of_the_database_itself_spoils_a_whole_transaction(error: Exception, is_so: bool) -> None:
    assert spoils_only_one(error) is is_so


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///var/takeoff.db", "sqlite+pysqlite"),
        ("postgresql://takeoff:secret@db/takeoff", "postgresql+psycopg"),
        ("postgres://takeoff:secret@db/takeoff", "postgresql+psycopg"),
        ("postgresql+asyncpg://takeoff:secret@db/takeoff", "postgresql+psycopg"),
    ],
)
def test_the_driver_is_ours_to_choose(url: str, driver: str) -> None:
    assert parse(url).drivername == driver


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("secret", "not a URL"),
        ("mysql://takeoff:secret@db/takeoff", "neither sqlite nor postgresql"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
    ],
)
def test_a_wrong_url_is_named_and_not_quoted(url: str, cause: str) -> None:
    with pytest.raises(LedgerUnavailable, match=cause) as raised:
        parse(url)
    assert "secret" not in str(raised.value)
