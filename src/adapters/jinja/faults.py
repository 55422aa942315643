"""Says what went wrong in a template without repeating a word of the task."""

import traceback

from jinja2 import TemplateError, TemplateSyntaxError


def fault_of(error: Exception) -> str:
    """Name the exception's class and where it happened; never its message, which may quote a value of the task."""
    return f"{type(error).__name__} {place_of(error)}".strip()


def message_of(error: Exception) -> str:
    """Name the exception's class and give its message in one line; only for errors that no task had a part in."""
    message = (error.message if isinstance(error, TemplateError) else None) or str(error)
    return f"{type(error).__name__}: {' '.join(message.split())}"


def place_of(error: Exception) -> str:
    """The template and line, as `file:line`, or "" if it did not happen in one."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.name}:{error.lineno}"
    # Jinja rewrites tracebacks so that the frames of compiled templates bear the template's name and line.
    places = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    in_templates = [f"{name}:{line}" for name, line in places if name.endswith(".j2")]
    return in_templates[-1] if in_templates else ""
