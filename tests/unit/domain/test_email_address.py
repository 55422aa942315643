"""The value itself lets nothing through that could end an SMTP command or a header, whoever makes it."""

import pytest

from domain.email_address import EmailAddress


def test_an_address_is_written_with_one_at_sign() -> None:
    assert str(EmailAddress(local="ada.lovelace", domain="example.org")) == "ada.lovelace@example.org"


@pytest.mark.parametrize(("local", "needed"), [("ada", False), ("jörg", True), ("用户", True)])
def test_only_a_local_part_beyond_ascii_needs_smtputf8(local: str, needed: bool) -> None:
    assert EmailAddress(local=local, domain="xn--bcher-kva.example").needs_smtputf8 is needed


@pytest.mark.parametrize(
    "local",
    [
        *["", ".", ".a", "a.", "a..b", "a b", " a", "a\n", "a\r\nb", "a\tb", "a\0b", "a\x7fb", "a\x85b", "a\xa0b"],
        *["a@b", "a<b", "a>b", "a,b", "a;b", "a:b", "a(b", "a)b", "a[b", "a]b", "a\\b", '"a"', 'a"b'],
        *["a\u2028b", "a\u2029b", "a\u200bb", "a\u202eb", "a\xadb", "a\ud800b", "a" * 65, "é" * 33],
    ],
    ids=ascii,
)
def test_a_local_part_that_is_not_a_dot_atom_of_64_bytes_is_refused(local: str) -> None:
    with pytest.raises(ValueError, match="local part"):
        EmailAddress(local=local, domain="example.org")


@pytest.mark.parametrize(
    "domain",
    [
        *["", "org", ".org", "example.", "example..org", "example.org.", "-a.org", "a-.org", "a_b.org", "a b.org"],
        *["example.org\n", "example.org>", "bücher.example", "[127.0.0.1]", "127.0.0.1", "1.2", "a" * 64 + ".org"],
    ],
    ids=ascii,
)
def test_a_domain_that_is_not_a_fully_qualified_ascii_name_is_refused(domain: str) -> None:
    with pytest.raises(ValueError, match="domain"):
        EmailAddress(local="ada", domain=domain)


def test_an_address_of_254_bytes_is_the_longest() -> None:
    """RFC 5321 4.5.3.1.3: a path of 256 octets, of which two are the angle brackets."""
    domain = ".".join(["a" * 62] * 3)
    longest = EmailAddress(local="a" * 61, domain=f"{domain}.org")
    assert len(str(longest)) == 254
    with pytest.raises(ValueError, match="254 bytes"):
        EmailAddress(local="a" * 62, domain=f"{domain}.org")
