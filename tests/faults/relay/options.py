"""What the relay is, apart from its rules."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Changed at run time, for connections that come later.

    `tls` is "none", "starttls", "implicit" or "stripped" (can, but does not say so); `certificate` is "good",
    "unknown_ca", "expired", "wrong_name" or "stalled" (the handshake is never answered). 0 means no limit.
    A `bare` relay offers no extension, takes no parameter of one, and keeps seven bits of each byte (RFC 5321 2.4).
    A small `receive_buffer_bytes` makes a stall felt early; it holds from the next `up` on.
    """

    tls: str = "none"
    certificate: str = "good"
    auth: bool = False
    bare: bool = False
    size_bytes: int = 0
    max_mails: int = 0
    idle_close_s: float = 0.0
    receive_buffer_bytes: int = 0
