"""What can go wrong with the database, as the port's LedgerUnavailable; the text never holds a value or a URL."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Dialect
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError

from application.ports.ledger import LedgerUnavailable

# These can be about one statement's values, which their texts quote.
_OF_ONE_STATEMENT = (DataError, IntegrityError, ProgrammingError)
# PostgreSQL, Appendix A: one of two transactions that wait for each other is rolled back.
_DEADLOCK = "40P01"


def unavailable(error: Exception) -> Exception:
    """Translate what the database or the system said; a defect of ours stays what it is."""
    match error:
        case DBAPIError() if not isinstance(error, _OF_ONE_STATEMENT):
            translated = LedgerUnavailable(str(error.orig).partition("\n")[0])
        case SQLAlchemyError():
            translated = LedgerUnavailable(f"the database refuses a statement ({type(error).__name__})")
        case OSError():
            translated = LedgerUnavailable(f"{error.strerror or type(error).__name__}: {error.filename}")
        case _:
            return error
    translated.__cause__ = error
    return translated


def spoils_only_one(error: BaseException) -> bool:
    """Whether the other operations of the same transaction can succeed without the one that failed."""
    if isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == _DEADLOCK:
        return True
    return not isinstance(error, (DBAPIError, OSError, LedgerUnavailable)) or isinstance(error, _OF_ONE_STATEMENT)


@contextmanager
def wrapped(dialect: Dialect) -> Iterator[None]:
    """Turn the driver's errors into SQLAlchemy's, which does it only for statements that it executes itself."""
    driver_error = dialect.loaded_dbapi.Error
    try:
        yield
    except driver_error as error:
        raise DBAPIError.instance(None, None, error, driver_error, hide_parameters=True, dialect=dialect) from error
