"""A QR code and an invitation that say what they are of."""

from application.ports.calendar_writer import CalendarWriter, Invitation
from application.ports.qr_encoder import QrEncoder
from domain.outgoing_email import CalendarInvite


class NamedQr(QrEncoder):
    """Draws the text as its bytes."""

    def png(self, text: str) -> bytes:
        return text.encode()


class NamedCalendar(CalendarWriter):
    """Writes the invitation as its representation, and keeps it."""

    def __init__(self) -> None:
        self.invitations: list[Invitation] = []

    def request(self, invitation: Invitation) -> CalendarInvite:
        self.invitations.append(invitation)
        return CalendarInvite(method="REQUEST", content=repr(invitation).encode())
