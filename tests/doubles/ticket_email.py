"""A mail that has everything: two languages' worth of letters, a picture, an invitation, an attachment, all headers."""

from dataclasses import replace

from domain.email_address import EmailAddress
from domain.email_task import Attachment
from domain.outgoing_email import CalendarInvite, InlineFile, OutgoingEmail, RenderedEmail
from tests.contracts.email_transport import an_email

# Not made by the adapters: zlib and icalendar of another version may write other bytes for the same picture and entry.
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
ENTRY = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Takeoff//Test//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n"
    "UID:key-1@example.com\r\nDTSTAMP:20270301T120000Z\r\nDTSTART:20270501T180000Z\r\nSUMMARY:Zoës Abend\r\n"
    "ORGANIZER:mailto:events@example.com\r\nATTENDEE:mailto:anna@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
).encode()
QR = InlineFile(cid="ticket-code", filename="code.png", content_type="image/png", content=PICTURE)
INVITE = CalendarInvite(method="REQUEST", content=ENTRY)
PDF = Attachment(filename="Saalplan für Gäste.pdf", content_type="application/pdf", content=bytes(range(256)) * 2)
CONTENT = RenderedEmail(
    html='<p>Grüß dich, Zoë</p><img src="cid:ticket-code" alt="ABCD-1234">',
    text="Grüß dich, Zoë\nABCD-1234",
    language="de",
    inline=(QR,),
    invite=INVITE,
)


def a_ticket() -> OutgoingEmail:
    """Make the mail."""
    return replace(
        an_email(subject="Zoës Abend – dein Ticket"),
        content=CONTENT,
        attachments=(PDF,),
        reply_to=EmailAddress(local="hilfe", domain="example.com"),
        list_unsubscribe="https://example.com/unsubscribe?token=4f2a",
    )
