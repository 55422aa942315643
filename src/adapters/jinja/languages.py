"""Languages by their tags (BCP 47): which of a category's a reader gets, and which way it runs."""

import re
from collections.abc import Sequence

# RFC 5646 2.1, as far as mails need it: language, script, region, variants.
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*")
# CLDR's languages that are written from right to left unless their tag names another script, and such scripts.
_RTL_LANGUAGES = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"})
_RTL_SCRIPTS = frozenset({"adlm", "arab", "hebr", "nkoo", "rohg", "syrc", "thaa"})


def is_language(tag: str) -> bool:
    """Whether a category may offer it."""
    return _TAG.fullmatch(tag) is not None


def choose_language(offered: Sequence[str], wanted: str) -> str:
    """Choose by RFC 4647 3.4 (lookup): cut the wanted tag from its end until it is offered; else the first offered."""
    by_lower = {tag.lower(): tag for tag in offered}
    subtags = wanted.lower().split("-")
    while subtags:
        if found := by_lower.get("-".join(subtags)):
            return found
        subtags.pop()
    return offered[0]


def direction(tag: str) -> str:
    """Return `rtl` or `ltr`, as HTML's attribute `dir` has it."""
    language, *subtags = tag.lower().split("-")
    script = next((subtag for subtag in subtags if len(subtag) == 4 and subtag.isalpha()), None)
    return "rtl" if (script in _RTL_SCRIPTS if script else language in _RTL_LANGUAGES) else "ltr"
