"""docs/hospital.md says of each reason what to do."""

import re
from pathlib import Path

from domain.failure_reason import FailureKind

PAGE = (Path(__file__).parents[2] / "docs/hospital.md").read_text(encoding="utf-8")


def test_each_reason_has_a_section_and_no_other_is_there() -> None:
    reasons = PAGE.split("\n## Reasons\n")[1].partition("\n## ")[0]
    assert re.findall(r"^### (\w+)$", reasons, re.MULTILINE) == [str(kind) for kind in FailureKind]
