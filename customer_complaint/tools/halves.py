"""Work on many records of which one may be broken."""

import logging

from psycopg2 import InterfaceError, OperationalError

_logger = logging.getLogger(__name__)

# Nothing can be done in this transaction any more: collisions, or the database is gone.
LOST = (OperationalError, InterfaceError)


def in_halves(records, work, give_up):
    """Do `work(records)` in a savepoint; when that fails, look for the record that is broken.

    Halves are tried on their own, so that a broken record costs few savepoints and does not
    stop the others.

    :param give_up: called with the single record that fails and its error
    """
    if not records:
        return
    try:
        with records.env.cr.savepoint():
            work(records)
    except LOST:
        raise  # the transaction itself is lost; the caller starts it again
    except Exception as error:
        if len(records) == 1:
            give_up(records, error)
            return
        _logger.info("%s of %s failed; trying the halves.", len(records), records._name)
        middle = len(records) // 2
        in_halves(records[:middle], work, give_up)
        in_halves(records[middle:], work, give_up)
