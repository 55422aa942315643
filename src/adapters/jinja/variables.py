"""From a task to the variables of its category's templates, or to what is not as the manifest wants it."""

from adapters.jinja.event_details import EventDetails
from adapters.jinja.languages import choose_language
from adapters.jinja.manifest import Manifest
from adapters.jinja.params import typed
from adapters.jinja.task_values import values_of
from application.ports.qr_encoder import MAX_QR_CHARACTERS
from domain.category_rules import CategoryRules
from domain.email_task import EmailTask
from domain.failure_reason import FailureKind, FailureReason
from domain.outgoing_email import is_plain_https_url

# RFC 5545 3.3.8.
_LAST_REVISION = 2**31 - 1


def variables_of(task: EmailTask, manifest: Manifest, event: EventDetails) -> dict[str, object] | FailureReason:
    """Take what templates see, in the language nearest to the task's; `event` is what it says nothing else about."""
    values = values_of(task, event)
    if missing := next(filter(values.is_missing, manifest.required), None):
        return FailureReason(FailureKind.MISSING, missing)
    params = typed(manifest.params, task.params)
    if isinstance(params, FailureReason):
        return params
    if unfit := _unfit(task, manifest.rules):
        return FailureReason(FailureKind.BAD_PARAM, unfit)
    return values.as_variables(params, choose_language(manifest.languages, task.locale))


def _unfit(task: EmailTask, rules: CategoryRules) -> str | None:
    """Say which value is of its type, but of no use for what the rules make of it."""
    if rules.shows_qr and task.ticket and len(task.ticket.code) > MAX_QR_CHARACTERS:
        return f"ticket.code is longer than {MAX_QR_CHARACTERS} characters"
    if rules.invites and not 0 <= rules.revision(task) <= _LAST_REVISION:
        return f"{rules.revision_param} is not between 0 and {_LAST_REVISION}"
    url = rules.unsubscribe_url(task)
    return f"{rules.unsubscribe_param} does not fit into a header" if url and not is_plain_https_url(url) else None
