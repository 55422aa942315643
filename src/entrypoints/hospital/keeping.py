"""`hospital export`, `import`, `purge` and `note`."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from application.ports.hospital_store import HospitalStore
from domain.audit import Action, Deed
from entrypoints import exit_codes
from entrypoints.container import Container
from entrypoints.hospital.actor import actor
from entrypoints.hospital.filter_flags import FilterFlags, FlagsInvalid
from entrypoints.hospital.printing import print_line, print_object
from entrypoints.hospital.record_line import RecordInvalid, as_line, from_line
from entrypoints.hospital.ward import fail, in_ward


def run_export(flags: FilterFlags, output: Path | None) -> int:
    """Write letters as JSON lines; 73 where the file cannot be made or is there already."""
    try:
        wanted = flags.read(now=datetime.now(UTC).astimezone())
    except FlagsInvalid as invalid:
        return fail(exit_codes.DATA_ERROR, invalid.problem)

    async def work(container: Container) -> int:
        store = container.hospital()
        try:
            with _opened(output) as file:
                written = await _export(store, await store.ids(wanted), file)
        except OSError as error:
            return fail(exit_codes.CANNOT_CREATE, f"{output}: {error.strerror}")
        return fail(exit_codes.OK, f"{written} exported")

    return in_ward(work)


def run_import(source: Path | None) -> int:
    """Keep the letters of an export; those that are there already stay as they are."""
    try:
        with source.open(encoding="utf-8") if source else _stdin() as file:
            records = [from_line(line) for line in file]
    except OSError as error:
        return fail(exit_codes.DATA_ERROR, f"{source}: {error.strerror}")
    except (RecordInvalid, UnicodeDecodeError) as invalid:
        return fail(exit_codes.DATA_ERROR, f"{source or 'standard input'}: nothing was imported: {invalid}")

    async def work(container: Container) -> int:
        store = container.hospital()
        kept = [await store.keep(record) for record in records]
        known = kept.count(None)
        return fail(exit_codes.OK, f"{len(kept) - known} imported, {known} were there already")

    return in_ward(work)


def run_purge(archived_before: str, export: Path, *, dry_run: bool) -> int:
    """Delete for ever what was archived before; exports first, and asks for the count to be typed."""
    try:
        before = FilterFlags(until=archived_before).read(now=datetime.now(UTC).astimezone()).until
    except FlagsInvalid:
        before = None
    if before is None:
        return fail(exit_codes.DATA_ERROR, "--archived-before: must be a time of today (10:00) or an ISO 8601 date")

    async def work(container: Container) -> int:
        store = container.hospital()
        ids = await store.purgeable(before)
        if dry_run or not ids:
            for letter_id in ids:
                print_line(f"{letter_id} would be deleted")
            return fail(exit_codes.OK, f"{len(ids)} would be deleted")
        try:
            with _opened(export) as file:
                await _export(store, ids, file)
        except OSError as error:
            return fail(exit_codes.CANNOT_CREATE, f"{export}: {error.strerror}")
        sys.stderr.write(f"exported to {export}; to delete {len(ids)} letters for ever, type their number: ")
        sys.stderr.flush()
        if sys.stdin.readline().strip() != str(len(ids)):
            return fail(exit_codes.FAILED, "nothing was deleted")
        return fail(exit_codes.OK, f"{await store.purge(ids, before=before)} deleted")

    return in_ward(work)


def run_note(letter_id: int, text: str, *, as_json: bool) -> int:
    """Write a note on a letter; 1 where there is none of that number."""

    async def work(container: Container) -> int:
        deed = Deed(action=Action.NOTED, by=actor(), text=text)
        if not await container.hospital().note(letter_id, deed):
            return fail(exit_codes.FAILED, f"{letter_id}: there is no such letter")
        if as_json:
            print_object({"id": letter_id, "noted": text})
        return exit_codes.OK

    return in_ward(work)


async def _export(store: HospitalStore, ids: Sequence[int], file: TextIO) -> int:
    written = 0
    for letter_id in ids:
        # Purged meanwhile, perhaps.
        if record := await store.record(letter_id):
            file.write(as_line(record) + "\n")
            written += 1
    return written


@contextmanager
def _opened(output: Path | None) -> Iterator[TextIO]:
    """Make a file that only its owner may read, on disk when it is closed; never over another one."""
    if output is None:
        yield sys.stdout
        return
    with os.fdopen(os.open(output, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _stdin() -> Iterator[TextIO]:
    yield sys.stdin
