"""The relay does what its rules say, and what it says 250 to is in its journal."""

import hashlib
import smtplib
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.relay.options import Options
from tests.faults.relay.process import RelayProcess
from tests.faults.relay.rules import Act, Point, Rule, RuleBook

BODY = b"--x\r\nhello\r\n"
MAIL = b"Message-ID: <1@x>\r\nSubject: hi\r\n\r\n" + BODY


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RelayProcess]:
    with RelayProcess(tmp_path_factory.mktemp("relay")) as relay:
        yield relay


@pytest.fixture
def relay(process: RelayProcess) -> RelayProcess:
    process.up()
    process.behave()
    process.become(Options())
    return process


def send(relay: RelayProcess, rcpt: str = "ada@example.com") -> None:
    with smtplib.SMTP("127.0.0.1", relay.port, timeout=5) as client:
        client.sendmail("a@example.com", rcpt, MAIL)


def test_a_rule_counts_its_strikes_and_passes_over_other_recipients() -> None:
    book = RuleBook()
    book.replace([Rule(on=Point.RCPT, do=Act.RESET, rcpt="bad*", skip=1, every=2, times=2)])
    struck = [book.choose(Point.RCPT, "bad@x") is not None for _ in range(8)]
    assert struck == [False, False, True, False, True, False, False, False]
    assert book.choose(Point.RCPT, "good@x") is None
    assert book.choose(Point.MAIL, "") is None


def test_an_accepted_mail_is_in_the_journal(relay: RelayProcess) -> None:
    before = len(relay.accepted())
    send(relay)
    (mail,) = relay.accepted()[before:]
    assert (mail.recipient, mail.message_id) == ("ada@example.com", "1@x")
    assert mail.content_sha256 == hashlib.sha256(BODY).hexdigest()


@pytest.mark.parametrize("store", [True, False])
def test_a_cut_after_the_dot_stores_only_if_told_to(relay: RelayProcess, store: bool) -> None:
    before = len(relay.accepted())
    relay.behave(Rule(on=Point.DOT, do=Act.RESET, store=store))
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
        send(relay)
    assert len(relay.accepted()) == before + store


@pytest.mark.parametrize("point", [Point.CONNECT, Point.MAIL, Point.RCPT, Point.DATA, Point.DOT])
def test_a_refusal_at_any_point_keeps_no_mail(relay: RelayProcess, point: Point) -> None:
    before = len(relay.accepted())
    relay.behave(Rule(on=point, do=Act.REPLY, text="550 5.7.1 no", rcpt="ada@*"))
    with pytest.raises(smtplib.SMTPException):
        send(relay)
    assert len(relay.accepted()) == before


def test_it_is_down_and_up_again_on_the_same_port(relay: RelayProcess) -> None:
    relay.down()
    with pytest.raises(OSError, match="refused"):
        send(relay)
    relay.up()
    send(relay)


def test_a_killed_relay_keeps_what_it_had_accepted(tmp_path: Path) -> None:
    with RelayProcess(tmp_path) as relay:
        send(relay)
        relay.kill()
        relay.start()
        send(relay)
        assert len(relay.accepted()) == 2


@pytest.mark.parametrize("kind", ["unknown_ca", "expired", "wrong_name"])
def test_a_bad_certificate_is_refused_by_a_client_that_looks(relay: RelayProcess, kind: str) -> None:
    relay.become(Options(tls="starttls", certificate=kind))
    context = ssl.create_default_context(cafile=relay.ca_file)
    with smtplib.SMTP("127.0.0.1", relay.port, timeout=5) as client, pytest.raises(ssl.SSLCertVerificationError):
        client.starttls(context=context)


def test_a_good_certificate_and_a_login_are_in_the_wire_log(relay: RelayProcess) -> None:
    relay.become(Options(tls="starttls", auth=True))
    logins = relay.counts().get("AUTH", 0)
    with smtplib.SMTP("127.0.0.1", relay.port, timeout=5) as client:
        client.starttls(context=ssl.create_default_context(cafile=relay.ca_file))
        client.login("u", "p")
        client.sendmail("a@example.com", "ada@example.com", MAIL)
    assert relay.counts()["AUTH"] == logins + 1


def test_what_is_said_into_a_stalled_handshake_is_in_the_wire_log(relay: RelayProcess) -> None:
    relay.become(Options(tls="starttls", certificate="stalled"))
    logins = relay.counts().get("AUTH", 0)
    with smtplib.SMTP("127.0.0.1", relay.port, timeout=0.5) as client:
        client.docmd("STARTTLS")
        with pytest.raises((smtplib.SMTPServerDisconnected, TimeoutError)):
            client.docmd("AUTH PLAIN AAAA")
        assert relay.counts()["AUTH"] == logins + 1
        client.close()
