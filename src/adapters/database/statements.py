"""Every statement of the ledger, written in Core once for both databases."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Delete,
    Dialect,
    Double,
    Select,
    String,
    Table,
    Update,
    UpdateBase,
    and_,
    bindparam,
    case,
    cast,
    delete,
    extract,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from adapters.database.prepared import Prepared
from adapters.database.tables import attempt, is_finished, is_open, mail, probe
from application.ports.ledger import ANY_FAILURE
from domain.outcome import InDoubt

# No lease is this many times as long as ours: a clock was set back, and the row would stay held until it catches up.
_IMPOSSIBLE_LEASES = 20.0


class Statements:
    """`dialect` decides whose clock measures leases.

    PostgreSQL's own, since its clients need not agree on the time; for SQLite, whose clients are on one host, theirs:
    the parameter `now`.
    """

    def __init__(self, *, dialect: Dialect, lease_s: float, retention_s: float) -> None:
        self._insert: Callable[[Table], sqlite.Insert | postgresql.Insert] = (
            sqlite.insert if dialect.name == "sqlite" else postgresql.insert
        )
        self._now: ColumnElement[float] = (
            bindparam("now", type_=Double)
            if dialect.name == "sqlite"
            else cast(extract("epoch", func.clock_timestamp()), Double)
        )
        self._lease_s = lease_s
        self._retention_s = retention_s
        self.takes_now = dialect.name == "sqlite"
        self.claim = Prepared(self._claim(), dialect)
        self.look = Prepared(self._look(), dialect)
        self.mark_dot = Prepared(self._mark_dot(), dialect)
        self.conclude = Prepared(self._conclude(), dialect)
        self.note_attempt = Prepared(self._note_attempt(), dialect)
        self.attempts = Prepared(self._attempts(), dialect)
        self.keys = Prepared(self._keys(), dialect)
        self.probe = Prepared(self._probe(), dialect)
        self.prolong = self._prolong()
        self.purge = self._purge()

    def _claim(self) -> UpdateBase:
        insert = self._insert(mail).values(
            key=bindparam("the_key"),
            body_hash=bindparam("the_hash"),
            state="sending",
            token=bindparam("the_token"),
            lease_until_s=self._now + self._lease_s,
            attempts=0,
            relay="",
            reply_text="",
            reason="",
            reason_detail="",
            created_at_s=self._now,
            updated_at_s=self._now,
        )
        lease_over = or_(
            mail.c.lease_until_s <= self._now,
            mail.c.lease_until_s > self._now + self._lease_s * _IMPOSSIBLE_LEASES,
        )
        revives = bindparam("revives", type_=String)
        is_free = or_(
            mail.c.state == "waiting",
            and_(is_open, lease_over),
            and_(mail.c.state == "failed", or_(revives == ANY_FAILURE, revives == mail.c.token)),
        )
        # The row's own `id`, written out: Core would take `mail` for a second table that is searched as a whole.
        of_the_row = attempt.c.mail_id == literal_column("mail.id")
        doubts = select(attempt.c.mail_id).where(of_the_row, attempt.c.outcome == InDoubt.__name__)
        was_in_doubt = doubts.exists().label("was_in_doubt")
        return insert.on_conflict_do_update(
            index_elements=[mail.c.key],
            set_={
                # A dot stays a dot until it is concluded: its next owner may die, too, and the doubt must not be lost.
                "state": case((mail.c.state == "dot", "dot"), else_="sending"),
                "attempts": case((mail.c.state == "failed", 0), else_=mail.c.attempts),
                "deaths": mail.c.deaths + case((is_open, 1), else_=0),
                "token": insert.excluded.token,
                "lease_until_s": insert.excluded.lease_until_s,
                "updated_at_s": insert.excluded.updated_at_s,
            },
            where=and_(mail.c.body_hash == insert.excluded.body_hash, is_free),
        ).returning(mail.c.state, mail.c.attempts, mail.c.deaths, mail.c.relay, was_in_doubt)

    def _look(self) -> Select[Any]:
        return select(*mail.c, (mail.c.lease_until_s - self._now).label("lease_left_s")).where(_is_the_mail)

    def _mark_dot(self) -> UpdateBase:
        return (
            update(mail)
            .values(state="dot", relay=bindparam("the_relay"))
            .where(_is_the_mail, _is_ours, mail.c.lease_until_s > self._now)
        )

    def _conclude(self) -> UpdateBase:
        return (
            update(mail)
            .values(
                state=bindparam("the_state"),
                token=bindparam("the_token"),
                attempts=bindparam("the_attempts"),
                deaths=case((bindparam("says_nothing", type_=Boolean), mail.c.deaths), else_=0),
                relay=bindparam("the_relay"),
                reply_code=bindparam("the_code"),
                reply_text=bindparam("the_text"),
                reason=bindparam("the_reason"),
                reason_detail=bindparam("the_detail"),
                updated_at_s=self._now,
            )
            .where(_is_the_mail, or_(bindparam("is_fact", type_=Boolean), _is_ours))
            .returning(mail.c.id)
        )

    def _note_attempt(self) -> UpdateBase:
        return self._insert(attempt).values({c: bindparam(c.name) for c in attempt.c}).on_conflict_do_nothing()

    def _attempts(self) -> Select[Any]:
        of_the_mail = attempt.c.mail_id == bindparam("the_id")
        return select(attempt).where(of_the_mail).order_by(attempt.c.started_at_s)

    def _keys(self) -> Select[Any]:
        older = mail.c.id < bindparam("before_id")
        return select(mail.c.id, mail.c.key).where(older).order_by(mail.c.id.desc()).limit(bindparam("the_limit"))

    def _probe(self) -> UpdateBase:
        insert = self._insert(probe).values(id=1, at_s=bindparam("the_time"))
        return insert.on_conflict_do_update(index_elements=[probe.c.id], set_={"at_s": insert.excluded.at_s})

    def _prolong(self) -> Update:
        # Rows that another transaction holds are left to the next time: who waits for nobody cannot deadlock.
        mine = (
            select(mail.c.id)
            .where(mail.c.key.in_(bindparam("the_keys", expanding=True)))
            .where(mail.c.token.in_(bindparam("the_tokens", expanding=True)), is_open)
            .with_for_update(skip_locked=True)
        )
        return update(mail).values(lease_until_s=self._now + self._lease_s).where(mail.c.id.in_(mine))

    def _purge(self) -> Delete:
        old = (
            select(mail.c.id)
            .where(is_finished, mail.c.updated_at_s < self._now - self._retention_s)
            .order_by(mail.c.updated_at_s)
            .limit(bindparam("the_limit"))
            .with_for_update(skip_locked=True)
        )
        return delete(mail).where(mail.c.id.in_(old))


_is_the_mail = mail.c.key == bindparam("the_key")
_is_ours = and_(mail.c.token == bindparam("the_token"), is_open)
