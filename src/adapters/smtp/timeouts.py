"""How long each phase of the dialogue may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Patience in seconds, each counted from the moment our side of the phase is sent."""

    # Own choice: the kernel's SYN retries alone would take two minutes. All addresses of the host share it.
    connect_s: float = 30.0
    # RFC 5321 4.5.3.2.1 says 5 min, for mail exchangers that look us up first. A submission relay greets at
    # once, and an outage must be noticed before a mail has waited for minutes.
    greeting_s: float = 60.0
    # The RFC names no limit for EHLO, STARTTLS and AUTH; the greeting's reason holds.
    ehlo_s: float = 60.0
    tls_s: float = 30.0
    auth_s: float = 60.0
    # RFC 5321 4.5.3.2.2 and 4.5.3.2.3: 5 min for MAIL and for RCPT.
    mail_s: float = 300.0
    rcpt_s: float = 300.0
    # RFC 5321 4.5.3.2.4: 2 min for the 354.
    data_s: float = 120.0
    # RFC 5321 4.5.3.2.5: 3 min for each block of the body.
    block_s: float = 180.0
    # RFC 5321 4.5.3.2.6: 10 min, since giving up earlier makes duplicates of mails that were accepted.
    dot_s: float = 600.0
    # Own choice: nothing depends on the 221; Postfix does not wait for it at all (smtp_skip_quit_response).
    quit_s: float = 2.0
