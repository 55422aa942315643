"""Every picture has an alt text, be it an empty one."""

import pytest

from adapters.jinja.html_rules.alternatives import missing_alternatives
from adapters.jinja.html_rules.document import read_document


@pytest.mark.parametrize(
    ("html", "flaws"),
    [
        ('<img src="cid:x.png" alt="A map">', []),
        ('<img src="cid:x.png" alt="">', []),
        ('<input type="text">', []),
        ('<img src="cid:x.png">', ["shows cid:x.png without an alt text"]),
        ('<p><IMG SRC="cid:x.png" title="A map"/></p>', ["shows cid:x.png without an alt text"]),
        ('<input type="image" src="cid:x.png">', ["shows cid:x.png without an alt text"]),
        ("<!--[if mso]><img src=cid:y.png><![endif]--><!-- <img> -->", ["shows cid:y.png without an alt text"]),
    ],
)
def test_pictures_without_words_are_found(html: str, flaws: list[str]) -> None:
    assert [flaw.what for flaw in missing_alternatives(read_document(html))] == flaws
