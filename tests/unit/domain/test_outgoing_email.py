"""Which links may stand in a header."""

from dataclasses import replace

import pytest

from domain.outgoing_email import is_plain_https_url
from tests.contracts.email_transport import an_email


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com", "https://example.com/", "https://a.b-c.example.com:8443/u/4f2?token=a%2Fb&x=1?y",
        "https://xn--bcher-kva.example/~x;y=(1),2", "https://example.com?x", "https://example.com/" + "a" * 880,
    ],
)  # fmt: skip
def test_a_plain_https_url_is_taken(url: str) -> None:
    assert is_plain_https_url(url)
    assert replace(an_email(), list_unsubscribe=url).list_unsubscribe == url


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com", "mailto:a@example.com", "javascript:alert(1)", "//example.com", "example.com", "https://",
        "https://localhost/", "https://user@example.com/", "https://user:x@example.com/", "https://example.com/#a",
        "https://example.com/a b", "https://example.com/>,<https://evil.example/", "https://example.com/\r\nBcc: x",
        "https://example.com/\n", "https://example.com/\t", "https://bücher.example/", "https://example.com/ü",
        "https://example.com/%zz", "https://example.com/%2", "https://-a.example/", "https://a..example/", " https://a.b",
        "HTTPS://EXAMPLE.COM/{{x}}", "https://example.com:/", "https://example.com:123456/", 'https://example.com/"',
        "https://example.com/" + "a" * 881, "https://example.com/?" + "a?" * 200 + '"',
    ],
)  # fmt: skip
def test_anything_else_is_refused(url: str) -> None:
    assert not is_plain_https_url(url)
    with pytest.raises(ValueError, match="https"):
        replace(an_email(), list_unsubscribe=url)
