"""Which attachments may travel: a name that is safe to save under, and one opaque file each."""

import re

from domain.email_task import Attachment

_MAX_FILENAME_CHARACTERS = 200
# Path separators lead out of the folder that a reader saves to; bidi controls make `exe.fdp` look like a PDF.
_UNSAFE_IN_FILENAME = re.compile(r"[/\\\u202a-\u202e\u2066-\u2069]")
# RFC 6838 4.2: what the names of registered media types are made of, a subset of the token of RFC 2045.
_RESTRICTED_NAME = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
_CONTENT_TYPE = re.compile(rf"{_RESTRICTED_NAME}/{_RESTRICTED_NAME}")


def bad_part(attachment: Attachment) -> str | None:
    """Name the field that makes an attachment unfit for a mail, if one does."""
    filename, content_type = attachment.filename, attachment.content_type
    if not filename.strip(" .") or len(filename) > _MAX_FILENAME_CHARACTERS or _UNSAFE_IN_FILENAME.search(filename):
        return "filename"
    # Those two are mails and lists of parts, not files; they cannot be sent as base64 (RFC 2046 5.1 and 5.2.1).
    if not _CONTENT_TYPE.fullmatch(content_type) or content_type.lower().startswith(("message/", "multipart/")):
        return "content_type"
    return None
