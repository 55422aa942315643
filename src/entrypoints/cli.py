"""`takeoff-mailer`: the commands and their options; what they do is imported when they run."""

import signal
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from entrypoints.datadog_cli import datadog
from entrypoints.hospital_cli import hospital

app = typer.Typer(
    name="takeoff-mailer",
    help="Takes mail tasks from RabbitMQ, renders them, and hands them to an SMTP relay.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
templates = typer.Typer(
    help="List, check, begin and look at template bundles: docs/templates.md.", no_args_is_help=True
)
app.add_typer(templates, name="templates")
_DIR = typer.Option("--dir", exists=True, file_okay=False, help="The directory of bundles, instead of TEMPLATES_DIR.")
_NEW_DIR = typer.Option(
    "--dir", file_okay=False, help="The directory of bundles, made if need be, instead of TEMPLATES_DIR."
)
app.add_typer(hospital, name="hospital")
app.add_typer(datadog, name="datadog")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version("takeoff-mailer"))
        raise typer.Exit


@app.callback()
def options(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What every command shares."""


@app.command()
def worker() -> None:
    """Deliver mails until SIGTERM or SIGINT; settings come from the environment and .env."""
    # As process 1 of a container nothing ends us by default, and the imports below take a while.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    from entrypoints.commands.worker import run_worker  # noqa: PLC0415

    raise typer.Exit(run_worker())


@app.command()
def migrate() -> None:
    """Bring the database's schema up to date, as the worker does at its start."""
    from entrypoints.commands.migrate import run_migrate  # noqa: PLC0415

    raise typer.Exit(run_migrate())


@app.command()
def healthcheck() -> None:
    """Ask the worker on this host whether it is consuming; exit 0 if so."""
    from entrypoints.commands.healthcheck import run_healthcheck  # noqa: PLC0415

    raise typer.Exit(run_healthcheck())


@app.command()
def doctor(*, as_json: Annotated[bool, typer.Option("--json", help="One JSON object per finding.")] = False) -> None:
    """Look at settings, templates, broker and relay, and name each problem with its remedy; send nothing."""
    from entrypoints.commands.doctor import run_doctor  # noqa: PLC0415

    raise typer.Exit(run_doctor(as_json=as_json))


@app.command()
def trace(
    mail: Annotated[str, typer.Argument(metavar="KEY|MESSAGE-ID", help="Its key or task_id, or its Message-ID.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Tell where a mail went: when it came, each attempt with the relay's reply, and where it is now."""
    from entrypoints.commands.trace import run_trace  # noqa: PLC0415

    raise typer.Exit(run_trace(mail, as_json=as_json))


@app.command()
def enqueue(
    *,
    task: Annotated[
        Path | None, typer.Option("--task", help="A JSON file with the task's fields; - for standard input.")
    ] = None,
    to: Annotated[str, typer.Option(help="The recipient's address.")] = "",
    category: Annotated[str, typer.Option(help="The template, such as Attendee_Registration_Successful.")] = "",
    subject: Annotated[str, typer.Option(help="The subject line.")] = "",
    first_name: Annotated[str, typer.Option(help="How the mail greets.")] = "",
    task_id: Annotated[str, typer.Option(help="The mail's idempotency key.")] = "",
    locale: Annotated[str, typer.Option(help="The recipient's language, such as en.")] = "",
    param: Annotated[list[str] | None, typer.Option(help="A template parameter as NAME=VALUE; repeatable.")] = None,
    send_at: Annotated[str, typer.Option(help="Not before this time (ISO 8601 with zone).")] = "",
    expires_at: Annotated[str, typer.Option(help="Not after this time (ISO 8601 with zone).")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Publish one task as a producer does, and wait until the broker confirms it."""
    from entrypoints.commands.enqueue import run_enqueue  # noqa: PLC0415

    flags = {
        "to": to,
        "category": category,
        "subject": subject,
        "first_name": first_name,
        "task_id": task_id,
        "locale": locale,
        "send_at": send_at,
        "expires_at": expires_at,
    }
    raise typer.Exit(run_enqueue(task_file=task, flags=flags, params=param or [], as_json=as_json))


@app.command()
def demo(
    *,
    inbox: Annotated[Path, typer.Option(help="Where the mails are written.")] = Path("demo-inbox"),
    tasks: Annotated[int, typer.Option(min=12, help="How many tasks to play.")] = 24,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per task and a summary.")] = False,
) -> None:
    """Show the worker at work without RabbitMQ or a relay: good and bad tasks, and what becomes of each."""
    from entrypoints.commands.demo import run_demo  # noqa: PLC0415

    raise typer.Exit(run_demo(inbox=inbox, tasks=tasks, as_json=as_json))


@templates.command("list")
def list_templates(
    *, as_json: Annotated[bool, typer.Option("--json", help="One JSON object per bundle.")] = False
) -> None:
    """Show each bundle: what it is for, its languages and parts, and what a task must bring for it."""
    from entrypoints.commands.templates import run_list  # noqa: PLC0415

    raise typer.Exit(run_list(as_json=as_json))


@templates.command("check")
def check_templates(
    *,
    directory: Annotated[Path | None, _DIR] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per finding.")] = False,
) -> None:
    """Render each bundle with its samples in each language, and name each problem with its remedy."""
    from entrypoints.commands.templates import run_check  # noqa: PLC0415

    raise typer.Exit(run_check(directory=directory, as_json=as_json))


@templates.command("new")
def new_template(
    name: Annotated[str, typer.Argument(help="The category, such as Meeting_Invitation.")],
    *,
    directory: Annotated[Path | None, _NEW_DIR] = None,
) -> None:
    """Write a bundle to begin with, which passes the check as it is."""
    from entrypoints.commands.templates import run_new  # noqa: PLC0415

    raise typer.Exit(run_new(name, directory=directory))


@templates.command()
def preview(
    *,
    directory: Annotated[Path | None, _DIR] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="On 127.0.0.1; 0 takes any that is free.")] = 8025,
) -> None:
    """Show every mail in a browser, as it changes: languages, phone and desktop, dark colours, plain text, source."""
    from entrypoints.commands.preview import run_preview  # noqa: PLC0415

    raise typer.Exit(run_preview(directory=directory, port=port))


def main() -> None:
    """Run the command line."""
    app()
