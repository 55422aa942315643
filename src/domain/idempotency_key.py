"""Which messages are one mail: the key under which a mail is known from its first attempt to its last."""

import hashlib
import re

# Printable and without "@": fit for a header, a log line and a Message-ID, and no address can hide in it.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")


def idempotency_key(
    *, header: str, task_id: str, has_created_at: bool, identity: bytes, message_id: str, body: bytes, fresh: str
) -> str:
    """Derive the key of a mail: 1 to 128 characters of `[A-Za-z0-9._:-]`.

    In order: `header` (our own copies carry it) or `task_id`, hashed where it is not plain; where the task has a
    creation time, the SHA-256 of `identity` (the body without the retry counter, which the old worker changes);
    the SHA-256 of the AMQP `message_id` and the body; else `fresh`, since two identical bodies without a time or
    an id are two mails.
    """
    chosen = header or task_id
    if chosen:
        return key_of_id(chosen)
    if has_created_at:
        return _sha256(identity)
    if message_id:
        return _sha256(message_id.encode("utf-8", "surrogatepass") + b"\0" + body)
    return fresh


def key_of_id(chosen: str) -> str:
    """The key of a mail to which its producer gave an id: the id itself where it is plain, else its hash."""
    return chosen if _PLAIN.fullmatch(chosen) else _sha256(chosen.encode("utf-8", "surrogatepass"))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def message_id(key: str, *, domain: str) -> str:
    """Derive the Message-ID of a mail (RFC 5322 3.6.4, without angle brackets): the same for all its attempts."""
    return f"{message_id_local(key)}@{domain}"


def message_id_local(key: str) -> str:
    """Derive what stands before the `@` of a mail's Message-ID: 32 hexadecimal digits, whoever sends the mail."""
    return _sha256(key.encode())[:32]
