"""A category's `template.toml`; docs/templates.md describes every key."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.jinja import manifest_values as values
from adapters.jinja.errors import TemplateProblem
from adapters.jinja.params import Param, ParamType
from adapters.jinja.toml_table import TomlTable
from domain.category_rules import CategoryRules

FILENAME = "template.toml"
# The param that counts the versions of an event, for calendars.
_REVISION = "revision"
_ENGLISH: tuple[str, ...] = ("en",)
_NOTHING: tuple[str, ...] = ()
_PARAM_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`required` holds names of fields, those included that parts and rules cannot do without."""

    description: str
    languages: tuple[str, ...]
    required: tuple[str, ...]
    params: Mapping[str, Param]
    rules: CategoryRules


def parse_manifest(source: str, *, where: str) -> Manifest | list[TemplateProblem]:
    """Parse the text of a manifest strictly: a mistyped key would silently require nothing."""
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as err:
        return [TemplateProblem(where=where, what=f"not TOML: {err}", remedy="mend the syntax")]
    problems: list[str] = []
    manifest = _manifest(TomlTable(data, problems=problems))
    if not problems:
        return manifest
    return [TemplateProblem(where=where, what=what, remedy="see docs/templates.md for every key") for what in problems]


def _manifest(top: TomlTable) -> Manifest:
    description = top.must("description", values.text, "")
    languages = top.read("languages", values.languages, _ENGLISH)
    required = top.read("required", values.fields, _NOTHING)
    params = _params(top.table("params"))
    rules = _rules(top, params)
    top.end()
    implied = {"ticket.code": rules.shows_qr, "ticket.start": rules.invites, "created_at": bool(rules.expires_after)}
    needed = dict.fromkeys((*required, *(name for name, is_needed in implied.items() if is_needed)))
    return Manifest(description=description, languages=languages, required=tuple(needed), params=params, rules=rules)


def _rules(top: TomlTable, params: Mapping[str, Param]) -> CategoryRules:
    parts = top.table("parts")
    rules = CategoryRules(
        in_doubt=top.read("in_doubt", values.in_doubt, None),
        expires_after=top.read("expires_after", values.duration, None),
        reply_to=top.read("reply_to", values.address, None),
        takes_attachments=parts.read("attachments", values.flag, default=True),
        shows_qr=parts.read("qr", values.qr, default=False),
        invites=parts.read("calendar", values.flag, default=False),
        revision_param=_REVISION if _REVISION in params else "",
        unsubscribe_param=top.read("list_unsubscribe", values.param_name, ""),
    )
    parts.end()
    if rules.unsubscribe_param and not _has(params, rules.unsubscribe_param, ParamType.URL):
        top.complain(f"list_unsubscribe names params.{rules.unsubscribe_param}, which is not declared as url")
    if rules.invites and rules.revision_param and not _has(params, _REVISION, ParamType.INTEGER):
        top.complain("params.revision is not declared as integer, and calendars count by it")
    return rules


def _has(params: Mapping[str, Param], name: str, kind: ParamType) -> bool:
    return name in params and params[name].type is kind


def _params(table: TomlTable) -> dict[str, Param]:
    params = {}
    for name, keys in table.tables().items():
        # Templates would get the method of dict.
        if not _PARAM_NAME.fullmatch(name) or hasattr(dict, name):
            table.complain(f"{name} cannot be the name of a param")
        params[name] = _param(keys)
    return params


def _param(keys: TomlTable) -> Param:
    param = Param(
        type=keys.must("type", values.param_type, ParamType.TEXT),
        is_required=keys.read("required", values.flag, default=False),
        sample=keys.must("sample", values.sample, ""),
        description=keys.read("description", values.text, ""),
    )
    try:
        if param.sample:
            param.parse(param.sample)
    except ValueError as err:
        keys.complain(f"sample {err}")
    keys.end()
    return param
