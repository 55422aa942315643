"""Named places in a mail's way at which the fault suite ends the process, to see what survives."""

from collections.abc import Callable
from enum import StrEnum


class Failpoint(StrEnum):
    """In the order in which a mail passes them."""

    AFTER_RECEIVE = "after_receive"
    AFTER_CLAIM = "after_claim"
    AFTER_CONNECT = "after_connect"
    AFTER_MAIL = "after_mail"
    IN_BODY = "in_body"
    BEFORE_DOT_MARK = "before_dot_mark"
    AFTER_DOT_MARK = "after_dot_mark"
    AFTER_DOT = "after_dot"
    AFTER_REPLY = "after_reply"
    AFTER_RECORDED = "after_recorded"
    AFTER_ACK = "after_ack"
    AFTER_RETRY_PUBLISH = "after_retry_publish"
    AFTER_RETRY_CONFIRM = "after_retry_confirm"
    AFTER_HOSPITAL_CONFIRM = "after_hospital_confirm"


Reach = Callable[[Failpoint], None]


def pass_by(_: Failpoint) -> None:
    """Do nothing: what every worker in earnest does at a failpoint."""
