"""What `doctor` says about the ledger's database."""

import asyncio
import os
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, text
from sqlalchemy.exc import SQLAlchemyError

from adapters.database.engine import open_engine, parse, sqlite_file
from adapters.database.errors import unavailable
from adapters.database.migration import is_current
from adapters.database.placement import keeping_advice
from adapters.database.tables import probe
from application.ports.diagnosis import Diagnosis, Finding, Severity
from application.ports.ledger import LedgerUnavailable

# The port allows 15 s.
_TOTAL_S = 14.0
_SUBJECT = "ledger"


class DatabaseDiagnosis(Diagnosis):
    """Connects as the worker would and takes back what it writes."""

    def __init__(self, *, url: str) -> None:
        self._url = url

    async def examine(self) -> list[Finding]:
        try:
            async with asyncio.timeout(_TOTAL_S):
                return await asyncio.to_thread(self._examine)
        except TimeoutError:
            return [_error("no answer in time", "check host and port in DATABASE_URL, and the firewall")]

    def _examine(self) -> list[Finding]:
        try:
            url = parse(self._url)
            if url.get_backend_name() == "sqlite":
                return self._examine_file(sqlite_file(url))
            return _examine_database(self._url, "PostgreSQL")
        except LedgerUnavailable as error:
            return [_error(error.cause, "set DATABASE_URL, and check what it points to")]

    def _examine_file(self, file: Path) -> list[Finding]:
        there = next(path for path in (file, *file.parents) if path.exists())
        # SQLite makes files beside its own.
        for path in {there, there.parent if there == file else there}:
            if not os.access(path, os.W_OK):
                remedy = f"give it to user {os.geteuid()}, or set DATABASE_URL to another place"
                return [_error(f"{path} is not writable", remedy)]
        if there == file:
            findings = _examine_database(self._url, str(file))
        else:
            findings = [_ok(f"{file} will be made at the worker's start")]
        advice = keeping_advice(self._url)
        return findings + ([_warning("forgotten when the container is replaced", advice)] if advice else [])


def _examine_database(url: str, name: str) -> list[Finding]:
    try:
        engine = open_engine(url)
        try:
            return _examine_engine(engine, name)
        finally:
            engine.dispose()
    except (SQLAlchemyError, OSError) as error:
        raise unavailable(error) from error


def _examine_engine(engine: Engine, name: str) -> list[Finding]:
    with engine.connect() as connection:
        current = is_current(connection)
        if current:
            connection.execute(insert(probe).values(id=-1, at_s=0.0))
        else:
            connection.execute(text("CREATE TABLE takeoff_probe (id INTEGER)"))
        findings = _durability(connection) if engine.dialect.name == "postgresql" else []
        connection.rollback()
    schema = "its schema is current" if current else "its schema will be brought up to date at the worker's start"
    return [_ok(f"{name} takes writes, {schema}"), *findings]


def _durability(connection: Connection) -> list[Finding]:
    # PostgreSQL 20.5: with one of these off a commit is lost that was reported.
    off = [name for name in ("fsync", "synchronous_commit") if connection.scalar(text(f"SHOW {name}")) == "off"]
    if not off:
        return []
    detail = "a crash of the database forgets what was sent, and it is sent again"
    return [_warning(detail, f"switch on {' and '.join(off)} in PostgreSQL")]


def _ok(detail: str) -> Finding:
    return Finding(severity=Severity.OK, subject=_SUBJECT, detail=detail)


def _warning(detail: str, remedy: str) -> Finding:
    return Finding(severity=Severity.WARNING, subject=_SUBJECT, detail=detail, remedy=remedy)


def _error(detail: str, remedy: str) -> Finding:
    return Finding(severity=Severity.ERROR, subject=_SUBJECT, detail=detail, remedy=remedy)
