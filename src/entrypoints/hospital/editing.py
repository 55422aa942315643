"""`hospital edit`: by flags, or in the operator's editor."""

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from application.use_cases.edit_letter import EditRefused
from domain.email_task import EmailTask
from entrypoints import exit_codes
from entrypoints.container import Container
from entrypoints.hospital.actor import actor
from entrypoints.hospital.printing import print_line, print_object, printable
from entrypoints.hospital.task_form import as_text, from_text, with_changes
from entrypoints.hospital.ward import fail, in_ward
from entrypoints.task_fields import TaskFieldsInvalid


def run_edit(letter_id: int, changes: Sequence[str], *, as_json: bool) -> int:
    """Make another mail of a letter; 65 where the edit is invalid or the letter cannot be edited."""

    async def work(container: Container) -> int:
        edit = container.edit_letter()
        try:
            task = await edit.task(letter_id)
            edited = with_changes(task, changes) if changes else _in_editor(task)
            made = await edit(letter_id, edited, by=actor())
        except EditRefused as refused:
            return fail(exit_codes.DATA_ERROR, printable(refused.problem))
        except TaskFieldsInvalid as invalid:
            return fail(exit_codes.DATA_ERROR, *map(printable, invalid.problems))
        if as_json:
            print_object({"id": made.id, "original": letter_id, "changed": list(made.changed)})
        else:
            print_line(f"letter {made.id} is letter {letter_id} with another {', '.join(made.changed)}")
            print_line(f"to send it: takeoff-mailer hospital replay {made.id}")
        return exit_codes.OK

    return in_ward(work)


def _in_editor(task: EmailTask) -> EmailTask:
    """Let the operator edit the form until it is valid, or they give up; raises TaskFieldsInvalid."""
    editor = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    # Only its owner may read it, and it is gone afterwards.
    with tempfile.TemporaryDirectory(prefix="takeoff-") as directory:
        form = Path(directory) / "task.toml"
        form.write_text(as_text(task), encoding="utf-8")
        while True:
            try:
                subprocess.run([*editor, str(form)], check=True)  # noqa: S603  the operator's own editor
                return from_text(task, form.read_text(encoding="utf-8"))
            except (OSError, subprocess.CalledProcessError) as error:
                raise TaskFieldsInvalid([f"{editor[0]}: {error}"]) from None
            except (TaskFieldsInvalid, UnicodeDecodeError) as invalid:
                if not sys.stdin.isatty():
                    raise TaskFieldsInvalid([str(invalid)]) from None
                fail(0, printable(str(invalid)))
                if input("edit it again? [Y/n] ").strip().lower() == "n":
                    raise TaskFieldsInvalid(["nothing was changed"]) from None
