"""What is wrong with templates.

TemplatesInvalid      some template cannot be used; holds every TemplateProblem there is
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateProblem:
    """One thing to mend: the folder or file, what is wrong there, and what to do about it."""

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class TemplatesInvalid(Exception):
    """The worker must not start: mails of some category could not be made."""

    def __init__(self, problems: tuple[TemplateProblem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
