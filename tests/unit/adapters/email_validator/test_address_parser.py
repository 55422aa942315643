"""One mailbox, exactly as the producer wrote it, or a refusal that tells nothing about anybody."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.email_validator.address_parser import EmailValidatorAddressParser
from domain.email_address import BadAddress, EmailAddress

# The address that must come out.
ACCEPTED = {
    "ada@example.org": "ada@example.org",
    "Ada.Lovelace+tickets@example.org": "Ada.Lovelace+tickets@example.org",
    "Info@example.org": "Info@example.org",
    "POSTMASTER@example.org": "POSTMASTER@example.org",
    "ada@Example.ORG": "ada@example.org",
    "ada@sub-domain.mail.example.co.uk": "ada@sub-domain.mail.example.co.uk",
    "ada@host.test": "ada@host.test",
    "ada@host.local": "ada@host.local",
    "ada@host.invalid": "ada@host.invalid",
    "ada@1and1.com": "ada@1and1.com",
    "ada@123.com": "ada@123.com",
    "-oQ/tmp@example.org": "-oQ/tmp@example.org",
    "-@example.org": "-@example.org",
    "!#$%&'*+/=?^_`{|}~@example.org": "!#$%&'*+/=?^_`{|}~@example.org",
    "eve%example.com@example.org": "eve%example.com@example.org",
    "a!b!c@example.org": "a!b!c@example.org",
    "{{7*7}}@example.org": "{{7*7}}@example.org",
    "a" * 64 + "@example.org": "a" * 64 + "@example.org",
    "ada@" + "a" * 63 + ".org": "ada@" + "a" * 63 + ".org",
    "ada@bücher.example": "ada@xn--bcher-kva.example",
    "ada@BÜCHER.example": "ada@xn--bcher-kva.example",
    "ada@bu\u0308cher.example": "ada@xn--bcher-kva.example",
    "ada@straße.example": "ada@xn--strae-oqa.example",
    "ada@例え.テスト": "ada@xn--r8jz45g.xn--zckzah",
    "ada@例え。テスト": "ada@xn--r8jz45g.xn--zckzah",
    "ada@ｅｘａｍｐｌｅ.org": "ada@example.org",
    "ada@xn--bcher-kva.example": "ada@xn--bcher-kva.example",
    "jörg@example.org": "jörg@example.org",
    "Пётр@почта.рф": "Пётр@xn--80a1acny.xn--p1ai",
    "用户@例子.广告": "用户@xn--fsqu00a.xn--4rr70v",
}

ATTACKS = {
    # More than one recipient.
    "not_one_mailbox": [
        *["", "ada", "example.org", "@", "@example.org", "ada@@example.org", "a@b@example.org"],
        *["a@b.example, d@e.example", "a@b.example,d@e.example", "a@b.example;d@e.example", "a@b.example d@e.example"],
        *[
            "a@b.example\nd@e.example",
            "a@b.example\r\nBcc: eve@example.com",
            "ada@example.org> RCPT TO:<eve@example.com",
        ],
        *[
            '"x@evil.example x"@internal.example',
            "alice@example.org)bob@evil.example",
            "@relay.example:ada@example.org",
        ],
        *["eve@evil.example\0@example.org", "ada@example.org (eve@evil.example)", "friends: a@b.example, c@d.example;"],
        *["ada＠example.org", "ada﹫example.org", "=?utf-8?q?ada=40example.org?="],
    ],
    # Display names, quoting, comments, spaces, source routes, controls.
    "local_part": [
        *["A <a@b.example>", "<a@b.example>", '"A" <a@b.example>', "<a@b.example", "mailto:ada@example.org"],
        *[" ada@example.org", "ada @example.org", "a da@example.org", "\tada@example.org", "ada\n@example.org"],
        *['"ada"@example.org', '"a da"@example.org', '""@example.org', '"a\\"b"@example.org', 'a"b@example.org'],
        *[
            "ada(comment)@example.org",
            "(comment)ada@example.org",
            "a,b@example.org",
            "a;b@example.org",
            "a:b@example.org",
        ],
        *["a\\b@example.org", "a[b]@example.org", ".ada@example.org", "ada.@example.org", "a..b@example.org"],
        *[
            "a\0b@example.org",
            "a\x7fb@example.org",
            "a\x85b@example.org",
            "a\u2028b@example.org",
            "a\u200bb@example.org",
        ],
        *["a\u202eb@example.org", "a\u00adb@example.org", "\u0301ada@example.org", "a\ud800@example.org"],
        *["a" * 65 + "@example.org", "ö" * 33 + "@example.org"],
    ],
    "domain": [
        *["ada@", "ada@localhost", "ada@org", "ada@.", "ada@.example.org", "ada@example..org", "ada@example.org."],
        *["ada@-example.org", "ada@example-.org", "ada@exa_mple.org", "ada@exa mple.org", "ada@ example.org"],
        *[
            "ada@example.org ",
            "ada@example.org\n",
            "ada@example.org\r\nDATA",
            "ada@example.org>",
            "ada@example.org> SIZE=1",
        ],
        *["ada@example.org,", "ada@example.org;", "ada@example.org(x)", "ada@example.org/x", "ada@example.org:25"],
        *["ada@127.0.0.1", "ada@[127.0.0.1]", "ada@[IPv6:::1]", "ada@2130706433", "ada@0x7f.1", "ada@example.123"],
        *["ada@example.org\0", "ada@exam\x00ple.org", "ada@example\u2028.org", "ada@exam\u202eple.org"],
        *["ada@xn--a.example", "ada@xn--.example", "ada@ab--cd.example", "ada@" + "a" * 64 + ".org"],
        *["ada@" + "ü" * 60 + ".org", "ada@\u0301example.org", "ada@☃.example", "ada@exa%6dple.org", "ada@שa.example"],
    ],
    "local_part_not_normalized": [
        "jo\u0308rg@example.org",  # ö in two characters
        "\u212aate@example.org",  # the Kelvin sign, which some normalise to K
        "ａｄａ@example.org",
        "a＜b@example.org",
        "a，b@example.org",
        "a＂b@example.org",
        "ﬁona@example.org",
        "a\u037eb@example.org",  # the Greek question mark, which normalises to a semicolon
        "eve＠evil.example@example.org",
    ],
    "too_long": [
        *["ada@" + "a." * 124 + "org", "ada@" + "a" * 252, "a" * 1_000_000 + "@example.org", "@" * 100_000],
    ],
}


@pytest.fixture(scope="module")
def parser() -> EmailValidatorAddressParser:
    return EmailValidatorAddressParser()


@pytest.mark.parametrize(("text", "address"), ACCEPTED.items(), ids=ascii)
def test_a_mailbox_is_kept_as_written_but_for_its_domain(
    parser: EmailValidatorAddressParser, text: str, address: str
) -> None:
    parsed = parser.parse(text)
    assert str(parsed) == address
    assert isinstance(parsed, EmailAddress)
    assert parsed.local == text.rpartition("@")[0]
    assert parsed.needs_smtputf8 == (not parsed.local.isascii())


@pytest.mark.parametrize(
    ("why", "text"),
    [(why, text) for why, texts in ATTACKS.items() for text in texts],
    ids=lambda value: ascii(value)[:60],
)
def test_anything_but_one_mailbox_is_refused(parser: EmailValidatorAddressParser, why: str, text: str) -> None:
    assert parser.parse(text) == BadAddress(why)


@given(
    text=st.text(max_size=40)
    | st.lists(st.sampled_from(["a", "b.c", "@", ".", " ", "<", ">", ",", '"', "\n", "é", "＠", "-", "x@y.z"])).map(
        "".join
    )
    | st.emails()
    | st.builds("{}@{}.org".format, st.text(min_size=1, max_size=10), st.text(min_size=1, max_size=10))
)
@example(text="ada@a。org")
def test_the_result_is_the_producers_text_but_for_the_form_of_its_domain_or_a_refusal(
    parser: EmailValidatorAddressParser, text: str
) -> None:
    parsed = parser.parse(text)
    if isinstance(parsed, BadAddress):
        assert parsed.why in ATTACKS
        return
    local, _, domain = text.partition("@")
    assert parsed.local == local
    assert str(parsed).count("@") == 1
    assert str(parsed).isprintable()
    assert parsed.domain.isascii()
    assert parsed.domain == domain.lower() or not domain.isascii()
    assert parser.parse(str(parsed)) == parsed
    assert unicodedata.is_normalized("NFC", str(parsed))
