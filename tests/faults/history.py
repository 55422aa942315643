"""The reckoning: every mail that was published against everything that is known to have become of it.

A pure function on plain data, so that it can be shown that it finds what it is for (test_history.py).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_SENT = "sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One mail that a producer asked for, however many messages it took; `confirmed` by the broker at least once."""

    key: str
    recipient: str
    message_id: str
    body_sha256: str
    content_sha256: str
    confirmed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One mail that the relay has on disk, at a Unix time."""

    message_id: str
    recipient: str
    content_sha256: str
    at_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter in the hospital."""

    key: str
    body_sha256: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One message that is still in a queue."""

    queue: str
    body_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """What the ledger knows of a mail; `in_doubt` counts its tries that ended so, `attempts` those it was charged."""

    key: str
    state: str
    attempts: int = 0
    in_doubt: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that was seen, after heal and drain; `logged_in_doubt` counts what the workers' logs say for each key."""

    published: Sequence[Publication]
    accepted: Sequence[Accepted]
    letters: Sequence[Letter] = ()
    waiting: Sequence[Waiting] = ()
    ledger: Sequence[LedgerRow] = ()
    logged_in_doubt: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """What does not add up; everything is named by key, and `duplicated` and `explained` count extra mails.

    `extra_letters` counts second letters for one mail, which a crash between confirm and ack leaves behind (ADR 9).
    `contradictions` are sentences: a letter for a mail that was sent, a ledger that says otherwise than the relay.
    """

    lost: tuple[str, ...]
    unexpected: tuple[str, ...]
    duplicated: Mapping[str, int]
    explained: Mapping[str, int]
    in_doubt: int
    extra_letters: int
    contradictions: tuple[str, ...]

    @property
    def duplicates(self) -> int:
        return sum(self.duplicated.values())

    @property
    def unexplained(self) -> int:
        """Extra mails for which no try in doubt is on record."""
        return self.duplicates - sum(self.explained.values())


def reconcile(history: History) -> Reckoning:
    """Compare. A publication that was not confirmed may be anywhere or nowhere, but not twice."""
    by_message_id = {publication.message_id: publication for publication in history.published}
    by_body = {publication.body_sha256: publication for publication in history.published}
    copies: Counter[str] = Counter()
    unexpected = []
    for mail in history.accepted:
        publication = by_message_id.get(mail.message_id)
        if publication is None or not _is_that_mail(mail, publication):
            unexpected.append(mail.message_id or "(no Message-ID)")
        else:
            copies[publication.key] += 1
    # A letter or message with another body than was published is a body that somebody rewrote.
    unexpected += [f"hospital: {x.key}" for x in history.letters if x.body_sha256 not in by_body]
    unexpected += [f"{x.queue}: body {x.body_sha256[:16]}" for x in history.waiting if x.body_sha256 not in by_body]
    safe = set(copies) | {by_body[x.body_sha256].key for x in history.letters if x.body_sha256 in by_body}
    safe |= {by_body[x.body_sha256].key for x in history.waiting if x.body_sha256 in by_body}
    in_doubt = _in_doubt(history)
    duplicated = {key: count - 1 for key, count in copies.items() if count > 1}
    return Reckoning(
        lost=tuple(x.key for x in history.published if x.confirmed and x.key not in safe),
        unexpected=tuple(unexpected),
        duplicated=duplicated,
        explained={key: min(extra, in_doubt[key]) for key, extra in duplicated.items() if in_doubt[key]},
        in_doubt=in_doubt.total(),
        extra_letters=len(history.letters) - len({letter.body_sha256 for letter in history.letters}),
        contradictions=tuple(_contradictions(history, copies, by_body)),
    )


def _is_that_mail(mail: Accepted, publication: Publication) -> bool:
    return mail.recipient == publication.recipient and mail.content_sha256 == publication.content_sha256


def _in_doubt(history: History) -> Counter[str]:
    """Count tries in doubt by key; log and ledger tell of the same tries, so the larger number counts."""
    noted = Counter({row.key: row.in_doubt for row in history.ledger})
    return noted | Counter(history.logged_in_doubt)


def _contradictions(history: History, copies: Counter[str], by_body: Mapping[str, Publication]) -> list[str]:
    found = []
    for letter in history.letters:
        publication = by_body.get(letter.body_sha256)
        if publication is None:
            continue
        if letter.key != publication.key:
            found.append(f"{publication.key}: its letter goes by the key {letter.key}")
        # In doubt means that it may have been sent: the letter is there for a person to decide.
        if copies[publication.key] and not letter.reason.startswith("in_doubt"):
            found.append(f"{publication.key}: sent, and yet in the hospital ({letter.reason})")
    found += [
        f"{row.key}: the ledger says sent, the relay never had it"
        for row in history.ledger
        if row.state == _SENT and not copies[row.key]
    ]
    return found
