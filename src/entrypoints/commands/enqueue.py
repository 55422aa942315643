"""`takeoff-mailer enqueue`: publishes one task and says whether the broker has it."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from application.ports.task_publisher import PublishFailed
from application.use_cases.enqueue_email import TaskRefused
from entrypoints import exit_codes
from entrypoints.container import Container
from entrypoints.load_settings import SettingsInvalid, load_settings
from entrypoints.settings import BrokerSettings
from entrypoints.task_fields import TaskFieldsInvalid, parse_params, task_from_fields


def run_enqueue(*, task_file: Path | None, flags: Mapping[str, str], params: Sequence[str], as_json: bool) -> int:
    """Return 0 once the broker confirmed, 65 for a task the worker would refuse, 69 where it was not confirmed."""
    try:
        settings = load_settings(BrokerSettings)
        fields = _read(task_file) | {name: value for name, value in flags.items() if value}
        task = task_from_fields(fields, now=datetime.now(UTC))
        task = replace(task, params={**task.params, **parse_params(params)})
        asyncio.run(Container(settings=settings).enqueue()(task))
    except SettingsInvalid as invalid:
        return _fail(exit_codes.CONFIG_ERROR, invalid.problems)
    except TaskFieldsInvalid as invalid:
        return _fail(exit_codes.DATA_ERROR, invalid.problems)
    except TaskRefused as refused:
        return _fail(exit_codes.DATA_ERROR, [refused.problem])
    except PublishFailed as failed:
        return _fail(exit_codes.UNAVAILABLE, [f"not published: {failed.cause}"])
    sys.stdout.write('{"confirmed":true}\n' if as_json else "confirmed by the broker\n")
    return exit_codes.OK


def _read(task_file: Path | None) -> dict[str, Any]:
    if task_file is None:
        return {}
    try:
        text = sys.stdin.buffer.read() if str(task_file) == "-" else task_file.read_bytes()
        fields = orjson.loads(text)
    except OSError as error:
        raise TaskFieldsInvalid([f"{task_file}: {error.strerror}"]) from None
    except orjson.JSONDecodeError as error:
        raise TaskFieldsInvalid([f"{task_file}: not JSON: {error}"]) from None
    if not isinstance(fields, dict):
        raise TaskFieldsInvalid([f"{task_file}: must be one JSON object"])
    return fields


def _fail(code: int, problems: Sequence[str]) -> int:
    for problem in problems:
        sys.stderr.write(problem + "\n")
    return code
